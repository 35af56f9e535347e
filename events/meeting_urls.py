"""Addresses of events: list, page, registration, calendar."""

from django.urls import path

from events.views import calendars, files, invited, meetings, registration

urlpatterns = [
    path("rencontres/", meetings.EventListView.as_view(), name="list"),
    path("rencontres/agenda.ics", calendars.CalendarFeedView.as_view(), name="calendar_feed"),
    path("rencontres/cycles/<slug:slug>/", meetings.SeriesView.as_view(), name="series"),
    path("rencontres/fichiers/<path:name>", files.StoredFileView.as_view(), name="file"),
    path("rencontres/invitations/<str:secret>/", invited.InvitedView.as_view(), name="invited"),
    path("rencontres/inscriptions/<str:secret>/", registration.RegistrationView.as_view(), name="registration"),
    path("rencontres/confirmer/<str:secret>/", registration.ConfirmView.as_view(), name="confirm"),
    path("rencontres/<slug:slug>/inscription/", registration.RegisterView.as_view(), name="register"),
    path("rencontres/<slug:slug>/inscription/demandee/", registration.AskedView.as_view(), name="asked"),
    path("rencontres/<slug:slug>/enregistrement/fichier/", files.RecordingFileView.as_view(), name="recording_file"),
    path("rencontres/<slug:slug>/agenda.ics", calendars.EventCalendarView.as_view(), name="calendar"),
    path("rencontres/<slug:slug>/", meetings.EventView.as_view(), name="event"),
]
