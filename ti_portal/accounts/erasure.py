"""Deleting an account, and what the account itself holds about a person."""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet

from ti_portal.accounts.models import User
from ti_portal.accounts.personal_data import erase_traces
from ti_portal.core.enums import MessageState
from ti_portal.core.models import OutboxMessage

DELETED_PERSON = "compte-supprime@portail.invalid"
DELETED_LABEL = "compte supprimé"
KEPT = (
    "Le journal de l’administration garde ses lignes, attribuées à « compte supprimé » : il dit ce qui a été fait, "
    "et plus par qui. Les courriels déjà envoyés gardent leur date, sans adresse ni contenu."
)


class LastDelegationAccount(Exception):
    """Nobody would be left to run the portal."""


@transaction.atomic
def delete_account(*, user_id: int, at: datetime) -> None:
    """Delete a person's account and all that tells who they were; what stays is anonymous.

    Raises LastDelegationAccount for the last open account of the délégation, User.DoesNotExist when it is gone.
    """
    # All of them are locked, in one order: two last members who leave at the same time do not both leave.
    delegation = list(User.objects.delegation().select_for_update(of=("self",)).order_by("pk"))
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    if [member.pk for member in delegation] == [user.pk]:
        raise LastDelegationAccount
    erase_traces(user=user, at=at)
    user.delete()


def addresses_of(user: User) -> set[str]:
    """Addresses of this person, those of before included unless another account has them now."""
    now = {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}
    before = set(user.past_addresses.values_list("email", flat=True)) - now
    taken = {
        *User.objects.filter(email__in=before).values_list("email", flat=True),
        *EmailAddress.objects.filter(email__in=before).values_list("email", flat=True),
    }
    return now | (before - taken)


def _factor_name(factor: Authenticator) -> str:
    if factor.type == Authenticator.Type.WEBAUTHN:
        return f"clé « {factor.wrap().name} »"
    return "application" if factor.type == Authenticator.Type.TOTP else "codes de secours"


def export_account(user: User) -> dict:
    messages = OutboxMessage.objects.filter(recipient__in=addresses_of(user)).order_by("created_at", "pk")
    return {
        "adresse électronique": user.email,
        "prénom": user.first_name,
        "nom": user.last_name,
        "inscription": user.date_joined,
        "dernière connexion": user.last_login,
        "membre de la délégation": user.is_staff,
        "adresses": [
            {"adresse": address.email, "vérifiée": address.verified}
            for address in EmailAddress.objects.filter(user=user).order_by("pk")
        ],
        "adresses précédentes": list(user.past_addresses.order_by("pk").values_list("email", flat=True)),
        "double authentification": [
            {"moyen": _factor_name(factor), "ajouté le": factor.created_at, "utilisé le": factor.last_used_at}
            for factor in Authenticator.objects.filter(user=user).order_by("pk")
        ],
        "identités rattachées": [
            {"service": identity.provider, "identifiant": identity.uid, **identity.extra_data.get("userinfo", {})}
            for identity in SocialAccount.objects.filter(user=user).order_by("pk")
        ],
        "courriels reçus du portail": [
            {"objet": message.subject, "écrit le": message.created_at} for message in messages
        ],
        "actions dans l’administration": [
            {"le": entry.action_time, "quoi": str(entry)}
            for entry in LogEntry.objects.filter(user=user).order_by("action_time", "pk")
        ],
    }


def erase_account(*, user: User, at: datetime) -> None:
    """Empty this person's mails and make the administration's log anonymous. The row itself goes with the account."""
    empty_messages(OutboxMessage.objects.filter(recipient__in=addresses_of(user)))
    about_user = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk))
    about_user.update(object_repr=DELETED_LABEL, change_message="")
    if LogEntry.objects.filter(user=user).exists():
        # The log does not accept a line without an author.
        nobody, _ = User.objects.get_or_create(
            email=DELETED_PERSON, defaults={"is_active": False, "password": "!", "date_joined": at}
        )
        LogEntry.objects.filter(user=user).update(user=nobody)


def empty_messages(messages: QuerySet[OutboxMessage]) -> None:
    """Rows stay by their key, which keeps the same fact from going out again; a message still queued never leaves."""
    messages.filter(state=MessageState.QUEUED).update(state=MessageState.FAILED, last_error=DELETED_LABEL)
    messages.empty()
