"""What can be followed, in words: its name, its page, and what its followers are told."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from funding.models import Call, Follow, KeptCheck, Scheme
from territories.enums import PlaceKind
from territories.models import Place
from ti_portal.core.templatetags.portal import day

_LIFE = "est annoncé, ouvre, approche de sa clôture, change de dates, rouvre, s’épuise ou donne ses résultats"


@dataclass(frozen=True, slots=True)
class Followed:
    """`told` ends the sentence « Vous recevez un courriel quand … »."""

    kind: str
    title: str
    url: str
    follow_url: str
    told: str

    @property
    def ask_url(self) -> str:
        return f"{self.follow_url}par-courriel/"


def in_words(target: Call | Scheme | Place | KeptCheck) -> Followed:
    """A call or a scheme is given with its scheme loaded; nothing is asked of the database."""
    if isinstance(target, Call):
        return Followed(
            target.get_kind_display(),
            target.name,
            target.get_absolute_url(),
            reverse("funding:follow_call", args=[target.scheme.slug, target.slug]),
            f"cet appel {_LIFE}",
        )
    if isinstance(target, Scheme):
        return Followed(
            "Aide",
            target.name,
            target.get_absolute_url(),
            reverse("funding:follow_scheme", args=[target.slug]),
            f"un appel de cette aide {_LIFE}",
        )
    if isinstance(target, Place):
        is_territory = target.kind == PlaceKind.TERRITORY
        return Followed(
            "Territoire d’industrie" if is_territory else "Région",
            target.name,
            target.get_absolute_url(),
            reverse("funding:follow_place", args=[target.code.lower()]),
            f"un appel utilisable dans {'ce territoire' if is_territory else 'cette région'} {_LIFE}",
        )
    return Followed(
        "Test d’éligibilité",
        f"Test du {day(timezone.localtime(target.as_of))}",
        reverse("funding:kept_check", args=[target.token]),
        reverse("funding:follow_check", args=[target.token]),
        f"un appel d’une aide qui convient aux réponses de ce test {_LIFE}",
    )


@dataclass(frozen=True, slots=True)
class ShownFollow:
    pk: int
    followed: Followed
    since: object
    is_confirmed: bool


def shown_follows(subscriber) -> list[ShownFollow]:
    """What somebody follows, latest first. One query."""
    follows = Follow.objects.with_targets().filter(subscriber=subscriber).order_by("-created_at", "-pk")
    return [
        ShownFollow(
            pk=follow.pk,
            followed=in_words(follow.target),
            since=follow.confirmed_at or follow.created_at,
            is_confirmed=follow.confirmed_at is not None,
        )
        for follow in follows
    ]
