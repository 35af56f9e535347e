"""The délégation's administration site: title, access rule, home."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "ti_portal.administration.site.PortalAdminSite"
    verbose_name = "Journal"
    delegation_permissions = {"logentry": "view"}
