"""Addresses of the invitations."""

from django.urls import path

from territories.views import invitations

urlpatterns = [
    path("mon-espace/invitations/", invitations.InvitationListView.as_view(), name="invitations"),
    path(
        "mon-espace/invitations/<int:pk>/renvoyer/",
        invitations.InvitationResendView.as_view(),
        name="invitation_resend",
    ),
    path(
        "mon-espace/invitations/<int:pk>/retirer/", invitations.InvitationRevokeView.as_view(), name="invitation_revoke"
    ),
    path("invitation/<str:secret>/", invitations.InvitationView.as_view(), name="invitation"),
]
