"""Home, health, and the pages that every public service owes."""

from django.urls import path

from ti_portal.home import views

app_name = "home"

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("mon-espace/", views.MySpaceView.as_view(), name="my_space"),
]
