"""Home, health, and the pages that every public service owes."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import views as sitemap_views
from django.urls import path

from ti_portal.home import demo_mails, health, pages, views
from ti_portal.home.my_space import MySpaceView
from ti_portal.home.sitemaps import sitemaps

app_name = "home"

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("mon-espace/", MySpaceView.as_view(), name="my_space"),
    path("demonstration/courriels/", demo_mails.DemoMailListView.as_view(), name="demo_mails"),
    path("demonstration/courriels/<int:pk>/", demo_mails.DemoMailView.as_view(), name="demo_mail"),
    path("mon-projet/", pages.ProjectView.as_view(), name="project"),
    path("communaute/", pages.CommunityView.as_view(), name="community"),
    path("plan-du-site/", pages.SitePlanView.as_view(), name="site_plan"),
    path("accessibilite/", pages.AccessibilityView.as_view(), name="accessibility"),
    path("mentions-legales/", pages.LegalView.as_view(), name="legal"),
    path("donnees-personnelles/", pages.PrivacyView.as_view(), name="privacy"),
    path("sources-et-licences/", pages.SourcesView.as_view(), name="sources"),
    path("sante", health.alive, name="alive"),
    path("sante/pret", health.ready, name="ready"),
    path("robots.txt", pages.RobotsView.as_view(), name="robots"),
    path(".well-known/security.txt", pages.SecurityTextView.as_view(), name="security_text"),
    path(
        "sitemap.xml",
        login_not_required(sitemap_views.index),
        {"sitemaps": sitemaps, "sitemap_url_name": "home:sitemap"},
    ),
    path("sitemap-<section>.xml", login_not_required(sitemap_views.sitemap), {"sitemaps": sitemaps}, name="sitemap"),
]
