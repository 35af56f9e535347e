"""Addresses of calendars and of news. Included by `funding.urls`, in its namespace, before those of schemes."""

from django.urls import path

from funding.views import calendar, feeds, my_calendar

urlpatterns = [
    path("aides/calendrier/", calendar.CalendarView.as_view(), name="calendar"),
    path("aides/calendrier/aides.ics", feeds.CalendarFeed.as_view(), name="calendar_feed"),
    path("aides/calendrier/nouvelles.atom", feeds.NewsFeed.as_view(), name="news_feed"),
    path("aides/calendrier/<slug:place>/aides.ics", feeds.CalendarFeed.as_view(), name="place_calendar"),
    path("aides/calendrier/<slug:place>/nouvelles.atom", feeds.NewsFeed.as_view(), name="place_news"),
    path("aides/<slug:slug>/calendrier.ics", feeds.CalendarFeed.as_view(), name="scheme_calendar"),
    path("aides/<slug:slug>/nouvelles.atom", feeds.NewsFeed.as_view(), name="scheme_news"),
    path("aides/calendrier/releve/<int:round>.ics", feeds.RoundFile.as_view(), name="round_file"),
    path("calendriers/<slug:token>.ics", feeds.PersonalFeed.as_view(), name="personal_feed"),
    path("mon-espace/calendrier/", my_calendar.MyCalendarView.as_view(), name="my_calendar"),
    path("suivis/<slug:token>/calendrier/", my_calendar.CalendarBySecretView.as_view(), name="follows_calendar"),
]
