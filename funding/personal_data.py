"""What `funding` holds about a person, and how it forgets it.

Checks hold no personal data; what leads to them is that somebody follows one, which goes with their follows.
"""

from datetime import datetime

from django.apps import apps
from django.db.models import Q
from django.db.models.functions import Lower

from funding.enums import NewsKind
from funding.models import Contest, Proposal, Subscriber, SyncRun
from funding.presenters.follows import shown_follows
from ti_portal.accounts.erasure import addresses_of

TITLE = "Vos suivis et vos questions sur les aides"
KEPT = (
    "Les versions des dispositifs que vous avez écrites et les réponses que vous avez données restent, sans votre nom. "
    "Les verdicts que vous avez contestés restent, sans votre adresse."
)


def export_funding(user) -> dict:
    return {
        "suivis": [_subscriber_in_words(subscriber) for subscriber in _subscribers_of(user).order_by("pk")],
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
        "propositions de sources décidées": [
            {"dispositif": proposal.scheme.name, "décision": proposal.get_state_display(), "le": proposal.decided_at}
            for proposal in Proposal.objects.filter(decided_by=user).select_related("scheme").order_by("pk")
        ],
        "lectures de sources demandées": [
            {"source": run.source.name, "le": run.started_at}
            for run in SyncRun.objects.filter(asked_by=user).select_related("source").defer("raw").order_by("pk")
        ],
        "modifications": [
            {"quoi": model._meta.verbose_name, "le": version.history_date}
            for model in _historical_models()
            for version in model.objects.filter(history_user=user).order_by("history_date", "pk")
        ],
    }


def erase_funding(*, user, at: datetime) -> None:
    """Forget the person's follows, address and signature; what they wrote for others stays, anonymous."""
    _subscribers_of(user).delete()
    Contest.objects.filter(reply_to__in=addresses_of(user)).update(reply_to="")
    Contest.objects.filter(answered_by=user).update(answered_by=None)
    Proposal.objects.filter(decided_by=user).update(decided_by=None)
    SyncRun.objects.filter(asked_by=user).update(asked_by=None)
    for model in _historical_models():
        model.objects.filter(history_user=user).update(history_user=None)


def _subscribers_of(user):
    """Theirs, and those of addresses of before that no other account has."""
    rows = Subscriber.objects.alias(folded_email=Lower("email"))
    return rows.filter(Q(user=user) | Q(folded_email__in=addresses_of(user), user=None))


def _subscriber_in_words(subscriber: Subscriber) -> dict:
    return {
        "adresse": subscriber.email,
        "depuis": subscriber.created_at,
        "confirmée le": subscriber.confirmed_at,
        "rythme": subscriber.get_frequency_display(),
        "sujets": ", ".join(NewsKind(kind).label for kind in subscriber.kinds),
        "fuseau horaire": subscriber.zone,
        "arrêté le": subscriber.stopped_at,
        "arrêté parce que": subscriber.get_stop_reason_display(),
        "calendrier personnel": bool(subscriber.feed_token),
        "ce qui est suivi": [
            {
                "quoi": f"{shown.followed.kind} : {shown.followed.title}",
                "page": shown.followed.url,
                "depuis": shown.since,
                "confirmé": shown.is_confirmed,
            }
            for shown in shown_follows(subscriber)
        ],
    }


def _historical_models() -> list:
    return [model for model in apps.get_app_config("funding").get_models() if hasattr(model, "history_date")]
