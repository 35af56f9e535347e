"""What `events` holds about a person, and how it forgets it.

Votes and voices for a question name nobody: they hold pseudonyms, each known only by computing it again for one poll or
one question (docs/adr/0012-ballots.md). They are neither given nor erased here.
"""

from contextlib import suppress
from datetime import datetime

from django.apps import apps
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import get_random_string

from events.enums import RegistrationState
from events.models import EventInvitation, Question, Registration, Report, Testimony
from events.registrations import RegistrationRefused, cancel
from ti_portal.accounts.erasure import addresses_of

TITLE = "Vos inscriptions, vos questions et vos témoignages aux rencontres"
KEPT = (
    "Des rencontres où vous étiez, il reste l’organisme et le territoire que vous aviez donnés, pour les chiffres. "
    "Vos questions et vos témoignages restent, sans votre nom ; les comptes rendus publiés gardent ce qu’ils disaient. "
    "Vos réponses aux sondages ne peuvent être rapprochées de vous."
)


def export_events(user) -> dict:
    registrations = _registrations_of(user).select_related("event", "commune", "territory__place").order_by("pk")
    ids = list(registrations.values_list("pk", flat=True))
    return {
        "inscriptions": [_registration_in_words(one) for one in registrations],
        "invitations": [
            {"rencontre": one.event.title, "adresse": one.email, "le": one.created_at}
            for one in _invitations_of(user).select_related("event").order_by("pk")
        ],
        "questions": [
            {
                "rencontre": one.event.title,
                "question": one.text,
                "signée": one.author,
                "posée le": one.asked_at,
                "réponse": one.answer,
            }
            for one in Question.objects.filter(registration__in=ids).select_related("event").order_by("pk")
        ],
        "témoignages": [
            {"rencontre": one.event.title, "témoignage": one.text, "signé": one.author, "reçu le": one.told_at}
            for one in Testimony.objects.filter(registration__in=ids).select_related("event").order_by("pk")
        ],
        "modifications": [
            {"quoi": model._meta.verbose_name, "le": version.history_date}
            for model in _historical_models()
            for version in model.objects.filter(history_user=user).order_by("history_date", "pk")
        ],
    }


def erase_events(*, user, at: datetime) -> None:
    """Give their places back, forget their names and addresses; what they said stays, anonymous."""
    ids = list(_registrations_of(user).order_by("pk").values_list("pk", flat=True))
    for key in ids:
        with suppress(RegistrationRefused):  # over, or cancelled: there is no place to give back
            cancel(registration_id=key, at=at)
    words = Question.objects.filter(registration__in=ids), Testimony.objects.filter(registration__in=ids)
    for rows in words:
        history = rows.model.history.model
        keys = list(rows.values_list("pk", flat=True))
        history.objects.filter(id__in=keys).update(author="", registration=None)
        rows.update(author="", registration=None)
    Registration.objects.filter(pk__in=ids, state=RegistrationState.ASKED).delete()
    for key in ids:
        # Each has a secret of its own: the column is unique, and nobody learns this one.
        Registration.objects.filter(pk=key).update(
            email="", first_name="", last_name="", user=None, commune=None, purged_at=at, secret=get_random_string(43)
        )
    _invitations_of(user).delete()
    EventInvitation.objects.filter(invited_by=user).update(invited_by=None)
    Report.objects.filter(published_by=user).update(published_by=None)
    for model in _historical_models():
        model.objects.filter(history_user=user).update(history_user=None)


def _registrations_of(user):
    """Theirs, and those of addresses of theirs that no other account registered with."""
    rows = Registration.objects.alias(folded_email=Lower("email")).filter(purged_at=None)
    return rows.filter(Q(user=user) | Q(folded_email__in=addresses_of(user), user=None))


def _invitations_of(user):
    return EventInvitation.objects.alias(folded_email=Lower("email")).filter(folded_email__in=addresses_of(user))


def _registration_in_words(registration: Registration) -> dict:
    return {
        "rencontre": registration.event.title,
        "commence le": registration.event.starts_at,
        "adresse": registration.email,
        "prénom": registration.first_name,
        "nom": registration.last_name,
        "organisme": registration.organisation,
        "commune": registration.commune.name if registration.commune else "",
        "territoire": registration.territory.place.name if registration.territory else "",
        "état": registration.get_state_display(),
        "demandée le": registration.asked_at,
        "confirmée le": registration.confirmed_at,
        "annulée le": registration.cancelled_at,
        "présence notée le": registration.attended_at,
    }


def _historical_models() -> list:
    return [model for model in apps.get_app_config("events").get_models() if hasattr(model, "history_date")]
