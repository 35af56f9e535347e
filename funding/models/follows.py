"""Who follows what, what happened to calls, and who is told. The clock and the texts are in `funding.alerts`."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from funding.enums import AlertState, Frequency, NewsKind, StopReason
from funding.models.calls import Call, Round
from funding.models.checks import KeptCheck
from funding.models.schemes import Scheme
from territories.models.places import Place

SCHEME_TEXTS = ("description", "eligibility_text", "to_prepare")


def every_news() -> list[str]:
    return list(NewsKind.values)


class SubscriberQuerySet(models.QuerySet):
    def of_address(self, email: str):
        """At most one, whatever the case it is written in."""
        return self.alias(folded_email=Lower("email")).filter(folded_email=email.strip().lower())


class Subscriber(models.Model):
    """A person's address and what they want to be told, with an account or without.

    `secret` opens the preferences and the one-click unsubscription; `feed_token` the personal calendar: empty when
    there is none, another one when it is revoked. Nothing is sent before `confirmed_at`, nor after `stopped_at`.
    """

    email = models.EmailField("adresse électronique", max_length=254)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="subscriber",
        verbose_name="compte",
    )
    secret = models.CharField("secret des liens", max_length=43, unique=True, editable=False)
    feed_token = models.CharField("secret du calendrier", max_length=43, blank=True, editable=False)
    frequency = models.CharField("rythme", max_length=8, choices=Frequency, default=Frequency.AT_ONCE)
    kinds = ArrayField(
        models.CharField(max_length=10, choices=NewsKind),
        verbose_name="veut savoir",
        default=every_news,
        blank=True,
    )
    zone = models.CharField("fuseau horaire", max_length=40, default="Europe/Paris")
    created_at = models.DateTimeField("inscription le")
    confirmed_at = models.DateTimeField("adresse confirmée le", null=True, blank=True)
    stopped_at = models.DateTimeField("arrêtée le", null=True, blank=True)
    stop_reason = models.CharField("arrêtée parce que", max_length=12, choices=StopReason, blank=True)
    last_digest_at = models.DateTimeField("dernier envoi groupé", null=True, blank=True, editable=False)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        verbose_name = "personne abonnée"
        verbose_name_plural = "personnes abonnées"
        constraints = [
            models.UniqueConstraint(Lower("email"), name="subscriber_email_is_unique"),
            models.UniqueConstraint(
                F("feed_token"), condition=~Q(feed_token=""), name="subscriber_feed_token_is_unique"
            ),
            models.CheckConstraint(condition=Q(frequency__in=Frequency.values), name="subscriber_frequency_is_known"),
            models.CheckConstraint(
                condition=Q(stopped_at=None, stop_reason="")
                | (Q(stopped_at__isnull=False) & Q(stop_reason__in=StopReason.values)),
                name="subscriber_stop_has_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"personne abonnée {self.pk}"


class FollowQuerySet(models.QuerySet):
    def with_targets(self):
        """Each with what it is of and whose it is, long texts left out: one query, then their names and addresses."""
        return self.select_related("subscriber", "call__scheme", "scheme", "place", "kept_check").defer(
            "call__text",
            "kept_check__facts",
            "kept_check__verdicts",
            *(f"{path}__{name}" for path in ("scheme", "call__scheme") for name in SCHEME_TEXTS),
        )

    def confirmed(self):
        return self.exclude(confirmed_at=None)

    def counted_of(self, **target) -> int:
        """How many people are told about a thing, and have not stopped: `counted_of(call=call)`."""
        return self.confirmed().filter(subscriber__stopped_at=None, **target).count()


class Follow(models.Model):
    """One thing that a person follows: exactly one of the four. It counts once confirmed."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="follows")
    call = models.ForeignKey(Call, on_delete=models.CASCADE, null=True, blank=True, related_name="follows")
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, null=True, blank=True, related_name="follows")
    place = models.ForeignKey(Place, on_delete=models.CASCADE, null=True, blank=True, related_name="follows")
    kept_check = models.ForeignKey(KeptCheck, on_delete=models.CASCADE, null=True, blank=True, related_name="follows")
    created_at = models.DateTimeField("suivi depuis")
    confirmed_at = models.DateTimeField("confirmé le", null=True, blank=True)

    objects = FollowQuerySet.as_manager()

    class Meta:
        verbose_name = "suivi"
        verbose_name_plural = "suivis"
        constraints = [
            models.CheckConstraint(
                condition=Q(call__isnull=False, scheme=None, place=None, kept_check=None)
                | Q(call=None, scheme__isnull=False, place=None, kept_check=None)
                | Q(call=None, scheme=None, place__isnull=False, kept_check=None)
                | Q(call=None, scheme=None, place=None, kept_check__isnull=False),
                name="follow_is_of_one_thing",
            ),
            models.UniqueConstraint(
                F("subscriber"),
                F("call"),
                F("scheme"),
                F("place"),
                F("kept_check"),
                name="follow_is_unique",
                nulls_distinct=False,
            ),
        ]
        # One by target: the fan-out starts from what happened.
        indexes = [
            models.Index(F(name), F("subscriber"), name=f"follow_by_{name}", condition=Q(**{f"{name}__isnull": False}))
            for name in ("call", "scheme", "place", "kept_check")
        ]

    def __str__(self) -> str:
        return f"suivi {self.pk}"

    @property
    def target(self) -> Call | Scheme | Place | KeptCheck:
        return self.call or self.scheme or self.place or self.kept_check

    @property
    def target_key(self) -> tuple[int | None, ...]:
        """The same for two follows of the same thing."""
        return self.call_id, self.scheme_id, self.place_id, self.kept_check_id


class CallSnapshot(models.Model):
    """A call as its followers last knew it: what is compared with today's rows to find what changed.

    `next_at` is the first instant at which something is to be told of it that was not told yet.
    """

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="snapshot", verbose_name="appel")
    content = models.JSONField("contenu")
    taken_at = models.DateTimeField("pris le")
    next_at = models.DateTimeField("à revoir le", null=True, blank=True)

    class Meta:
        verbose_name = "état connu d’un appel"
        verbose_name_plural = "états connus des appels"
        indexes = [models.Index(F("next_at"), name="call_snapshot_due")]

    def __str__(self) -> str:
        return f"état connu de l’appel {self.call_id}"


class CallNews(models.Model):
    """One fact of a call's life, recorded once: `key` is made of the fact itself (the round, the kind, the date).

    `due_at` is when it should be told; `is_late` when it was found after that. `spread_at` is set once every follower
    has their alert.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="news", verbose_name="appel")
    round = models.ForeignKey(
        Round, on_delete=models.SET_NULL, null=True, blank=True, related_name="news", verbose_name="relève"
    )
    kind = models.CharField("fait", max_length=10, choices=NewsKind)
    key = models.CharField("clé", max_length=200, unique=True)
    before = models.JSONField("avant", default=dict, blank=True)
    after = models.JSONField("après", default=dict, blank=True)
    due_at = models.DateTimeField("à dire le")
    recorded_at = models.DateTimeField("relevé le")
    is_late = models.BooleanField("en retard", default=False)
    spread_at = models.DateTimeField("annoncé le", null=True, blank=True)

    class Meta:
        verbose_name = "fait de la vie d’un appel"
        verbose_name_plural = "faits de la vie des appels"
        constraints = [models.CheckConstraint(condition=Q(kind__in=NewsKind.values), name="call_news_kind_is_known")]
        indexes = [
            models.Index(F("recorded_at"), name="call_news_to_spread", condition=Q(spread_at=None)),
            models.Index(F("call"), F("due_at"), name="call_news_call"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} de l’appel {self.call_id}"


class Alert(models.Model):
    """One fact for one person: written once, whatever the number of things they follow that it touches."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="alerts")
    news = models.ForeignKey(CallNews, on_delete=models.CASCADE, related_name="alerts")
    follow = models.ForeignKey(Follow, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField("état", max_length=8, choices=AlertState, default=AlertState.WAITING)
    created_at = models.DateTimeField("créée le")
    message_key = models.CharField("clé du courriel", max_length=200, blank=True)

    class Meta:
        verbose_name = "alerte"
        verbose_name_plural = "alertes"
        constraints = [
            models.UniqueConstraint(F("subscriber"), F("news"), name="alert_once_per_fact"),
            models.CheckConstraint(condition=Q(state__in=AlertState.values), name="alert_state_is_known"),
        ]
        indexes = [models.Index(F("subscriber"), F("id"), name="alert_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"alerte {self.pk}"
