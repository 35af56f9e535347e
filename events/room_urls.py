"""Addresses of the live room: participants, console, screen."""

from django.urls import path

from events.views import console, room

urlpatterns = [
    # Kept for a second by nginx (see .docker/nginx.conf, which knows these two beginnings).
    path("rencontres/salles/<int:event_id>/<str:key>/", room.shared(room.FragmentView), name="room_fragment"),
    path("rencontres/ecrans/<int:event_id>/<str:key>/", room.shared(room.ScreenFragmentView), name="screen_fragment"),
    path("rencontres/<slug:slug>/salle/", room.RoomView.as_view(), name="room"),
    path("rencontres/<slug:slug>/salle/sondages/<int:pk>/", room.VoteView.as_view(), name="vote"),
    path("rencontres/<slug:slug>/salle/questions/", room.QuestionsView.as_view(), name="questions"),
    path("rencontres/<slug:slug>/salle/questions/<int:pk>/", room.SupportView.as_view(), name="support"),
    path("rencontres/<slug:slug>/salle/temoigner/", room.TestifyView.as_view(), name="testify"),
    path("rencontres/<slug:slug>/console/", console.ConsoleView.as_view(), name="console"),
    path("rencontres/<slug:slug>/console/questions/<int:pk>/", console.AnswerView.as_view(), name="answer"),
    path("rencontres/<slug:slug>/console/sondages/<int:pk>/", console.TextsView.as_view(), name="texts"),
    path("rencontres/<slug:slug>/ecran/", console.ScreenView.as_view(), name="screen"),
]
