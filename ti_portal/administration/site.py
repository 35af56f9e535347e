"""The administration site."""

from django.contrib import admin


class PortalAdminSite(admin.AdminSite):
    site_header = "Administration des Territoires d’industrie"
    site_title = "Administration"
    index_title = "Délégation"
    enable_nav_sidebar = True
