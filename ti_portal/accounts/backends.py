"""Signing in by e-mail, and what the délégation may do."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Permission
from django.db.models import Q

from ti_portal.accounts.roles import DELEGATION_GROUP


class PortalBackend(AuthenticationBackend):
    """allauth's backend; whoever is of the délégation has its group's permissions, without a row to forget."""

    def _get_group_permissions(self, user_obj):
        groups = Q(group__in=user_obj.groups.all())
        if user_obj.is_staff:
            groups |= Q(group__name=DELEGATION_GROUP)
        return Permission.objects.filter(groups).distinct()
