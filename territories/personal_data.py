"""What `territories` holds about a person, and how it forgets it."""

from datetime import datetime

from django.apps import apps

from territories.history import sign
from territories.models import ContactEntry, Invitation, Mandate, Territory
from ti_portal.accounts.erasure import addresses_of
from ti_portal.accounts.models import User

TITLE = "Vos territoires"
KEPT = (
    "Les versions des pages de territoire que vous avez écrites restent, sans votre nom : d’autres ont travaillé "
    "dessus. L’histoire des mandats garde les rôles et les dates, sans la personne."
)


def export_territories(user) -> dict:
    entry = ContactEntry.objects.filter(person=user).first()
    return {
        "fonction": entry.job_title if entry else "",
        "organisme": entry.organisation if entry else "",
        "téléphone": entry.phone if entry else "",
        "adresse montrée à la communauté": entry.is_email_shared if entry else None,
        "coordonnées confirmées le": entry.confirmed_on if entry else None,
        "mandats": [
            {
                "territoire": mandate.territory.place.name,
                "rôle": mandate.get_role_display(),
                "depuis le": mandate.valid_from,
                "jusqu’au": mandate.valid_until,
            }
            for mandate in Mandate.objects.filter(person=user)
            .select_related("territory__place")
            .order_by("valid_from", "pk")
        ],
        "invitations": [
            {
                "territoire": invitation.territory.place.name,
                "rôle": invitation.get_role_display(),
                "envoyée le": invitation.created_at,
                "acceptée le": invitation.accepted_at,
            }
            for invitation in Invitation.objects.filter(email__in=addresses_of(user))
            .select_related("territory__place")
            .order_by("created_at", "pk")
        ],
        "modifications": _changes_by(user),
    }


def _changes_by(user) -> list[dict]:
    rows = [
        (model._meta.verbose_name, row)
        for model in _historical_models()
        for row in model.objects.filter(history_user=user).order_by("history_date", "pk")
    ]
    ids = {row.territory_id for _, row in rows if hasattr(row, "territory_id")}
    names = dict(Territory.objects.filter(pk__in=ids).values_list("pk", "place__name"))
    return [
        {"quoi": what, "territoire": names.get(getattr(row, "territory_id", None), ""), "le": row.history_date}
        for what, row in rows
    ]


def erase_territories(*, user, at: datetime) -> None:
    """Delete the person's mandates, entry and invitations; make the history of everything anonymous.

    Mandates go first, so that the history of their own end is made anonymous with the rest.
    """
    ContactEntry.objects.filter(person=user).delete()
    Invitation.objects.filter(email__in=addresses_of(user)).delete()
    for mandate in Mandate.objects.filter(person=user).order_by("pk"):
        sign(mandate, by=None, at=at)
        mandate.delete()
    for model in _historical_models():
        model.objects.filter(history_user=user).update(history_user=None)
        for field in model._meta.get_fields():
            if field.related_model is User and field.name != "history_user":
                model.objects.filter(**{field.name: user}).update(**{field.name: None})


def _historical_models() -> list:
    return [model for model in apps.get_app_config("territories").get_models() if hasattr(model, "history_date")]
