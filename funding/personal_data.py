"""What `funding` holds about a person, and how it forgets it. Checks hold no personal data: nothing leads to them."""

from datetime import datetime

from django.apps import apps

from funding.models import Contest
from ti_portal.accounts.erasure import addresses_of

TITLE = "Vos questions sur les aides"
KEPT = (
    "Les versions des dispositifs que vous avez écrites et les réponses que vous avez données restent, sans votre nom. "
    "Les verdicts que vous avez contestés restent, sans votre adresse."
)


def export_funding(user) -> dict:
    return {
        "verdicts contestés": [
            {
                "dispositif": contest.scheme.name,
                "pourquoi": contest.text,
                "adresse de réponse": contest.reply_to,
                "reçue le": contest.created_at,
                "réponse": contest.answer,
                "répondue le": contest.answered_at,
            }
            for contest in Contest.objects.filter(reply_to__in=addresses_of(user))
            .select_related("scheme")
            .order_by("created_at", "pk")
        ],
        "réponses données": [
            {"dispositif": contest.scheme.name, "réponse": contest.answer, "le": contest.answered_at}
            for contest in Contest.objects.filter(answered_by=user).select_related("scheme").order_by("pk")
        ],
        "modifications": [
            {"quoi": model._meta.verbose_name, "le": version.history_date}
            for model in _historical_models()
            for version in model.objects.filter(history_user=user).order_by("history_date", "pk")
        ],
    }


def erase_funding(*, user, at: datetime) -> None:
    """Forget the person's address and signature; what they wrote for others stays, anonymous."""
    Contest.objects.filter(reply_to__in=addresses_of(user)).update(reply_to="")
    Contest.objects.filter(answered_by=user).update(answered_by=None)
    for model in _historical_models():
        model.objects.filter(history_user=user).update(history_user=None)


def _historical_models() -> list:
    return [model for model in apps.get_app_config("funding").get_models() if hasattr(model, "history_date")]
