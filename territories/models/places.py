"""Places, what contains what and since when, and how they are drawn.

Dates are inclusive: `valid_until` is the last day in force, empty while in force.
"""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Left

from territories.addresses import address
from territories.enums import NameKind, PlaceKind

# Lengths, in signs, of the starts of names that have an index of their own (see `territories.search`).
SHORT_STARTS = (1, 2, 3, 4, 5, 6)


def one_id(column: str) -> Func:
    """Return `column` as a range of one number, so that a plain GiST index can compare it.

    The embedded PostgreSQL has no btree_gist: an exclusion constraint may only hold ranges.
    """
    return Func(F(column), F(column), Value("[]"), function="int8range")


def one_code(column: str) -> Func:
    """Return a text column as a range of one number, for the same reason as `one_id`."""
    digest = Func(F(column), function="hashtext")
    return Func(digest, digest, Value("[]"), function="int8range")


def period() -> Func:
    return Func(F("valid_from"), F("valid_until"), Value("[]"), function="daterange")


class PlaceQuerySet(models.QuerySet):
    def in_force(self):
        return self.filter(valid_until=None)

    def of_kind(self, *kinds: str):
        return self.filter(kind__in=kinds)

    def regions(self):
        """Régions of mainland France and overseas, without the collectivities overseas that bear a code of région."""
        return self.filter(kind=PlaceKind.REGION, nature__in=("metro", "drom"))

    def names_by_code(self, codes) -> dict[str, str]:
        """Names of the places of these codes, in one query, for `perimeters.describe` and lists."""
        return dict(self.filter(code__in=list(codes)).values_list("code", "name"))

    def within(self, code: str):
        """Places whose ancestors include `code`, the place itself excluded."""
        return self.filter(ancestor_codes__contains=[code]).exclude(code=code)


class Place(models.Model):
    """Anything that has a code and a name on the map: commune, EPCI, région, territory, named zoning.

    `code` is in the form of the national schema (`COM-76540`, `EPCI-200023414`, `TI-2023-2707`).
    `ancestor_codes` is computed from memberships by `territories.ancestors`; it holds the place itself first, then all
    that contains it, in this order of kinds: EPT, EPCI, territories, départements, régions, country, zonings;
    where a place touches several départements or régions, the one with most of its people comes first.
    """

    code = models.CharField("code", max_length=40, unique=True)
    kind = models.CharField("nature", max_length=12, choices=PlaceKind)
    nature = models.CharField("forme", max_length=10, blank=True, help_text="CC, CA, CU, METRO… ou zone d’une région.")
    name = models.CharField("nom", max_length=200)
    slug = models.SlugField("nom dans l’adresse", max_length=200)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    postcodes = ArrayField(models.CharField(max_length=5), verbose_name="codes postaux", default=list, blank=True)
    population = models.PositiveIntegerField("population municipale", null=True, blank=True)
    longitude = models.FloatField("longitude", null=True, blank=True)
    latitude = models.FloatField("latitude", null=True, blank=True)
    valid_from = models.DateField("en vigueur depuis", null=True, blank=True)
    valid_until = models.DateField("en vigueur jusqu’au", null=True, blank=True)
    ancestor_codes = ArrayField(
        models.CharField(max_length=40), verbose_name="codes des lieux qui le contiennent", default=list, editable=False
    )

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = "lieu"
        verbose_name_plural = "lieux"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PlaceKind.values), name="place_kind_is_known"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^(COM|EPCI|EPT|DEP|REG|PAYS|TI|ZON)-[0-9A-Za-z-]+$"),
                name="place_code_has_its_form",
                violation_error_message="Le code s’écrit COM-76540, EPCI-200023414, TI-2023-2707…",
            ),
            models.CheckConstraint(
                condition=Q(siren="") | Q(siren__regex=r"^[0-9]{9}$"),
                name="place_siren_has_nine_digits",
                violation_error_message="Un SIREN compte neuf chiffres.",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_from=None) | Q(valid_until__gte=F("valid_from")),
                name="place_ends_after_it_starts",
                violation_error_message="La fin précède le début.",
            ),
        ]
        indexes = [
            GinIndex(F("ancestor_codes"), name="place_ancestors"),
            GinIndex(F("postcodes"), name="place_postcodes"),
            models.Index(F("kind"), F("slug"), name="place_kind_slug"),
            models.Index(F("siren"), name="place_siren", condition=~Q(siren="")),
            GistIndex(
                Func(F("longitude"), F("latitude"), function="point"),
                name="commune_point",
                condition=Q(kind=PlaceKind.COMMUNE, longitude__isnull=False, latitude__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    def get_absolute_url(self) -> str:
        """Path of the place's page; empty for a country or a zoning, which have none. Asks the database nothing."""
        return address(self.kind, self.code, self.slug)

    @property
    def short_code(self) -> str:
        """The code without its kind: INSEE code, SIREN, or wave and number of a territory."""
        return self.code.split("-", 1)[1]

    def is_in_force(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on <= self.valid_until
        )


class PlaceName(models.Model):
    """A folded name that leads to a place: its own, each of its ends from a word on, a former commune, an old name.

    `rank` orders answers to a search: smaller first, computed from kind and population when names are rebuilt.
    """

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="names", verbose_name="lieu")
    kind = models.CharField("nature", max_length=10, choices=NameKind)
    label = models.CharField("nom", max_length=200)
    folded = models.CharField("nom sans accent", max_length=200)
    code = models.CharField("code", max_length=10, blank=True, help_text="Code INSEE d’une ancienne commune.")
    rank = models.IntegerField("rang")

    class Meta:
        verbose_name = "nom de lieu"
        verbose_name_plural = "noms de lieux"
        constraints = [
            models.UniqueConstraint(F("place"), F("kind"), F("folded"), F("code"), name="place_name_is_unique"),
        ]
        indexes = [
            models.Index(OpClass(F("folded"), name="text_pattern_ops"), F("rank"), name="place_name_prefix"),
            models.Index(F("code"), name="place_name_code", condition=~Q(code="")),
            # What is typed first is short and matches thousands of names: these give the best ones without sorting.
            *(
                models.Index(Left("folded", length), F("rank"), F("id"), name=f"place_name_start_{length}")
                for length in SHORT_STARTS
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} → {self.place_id}"


class MembershipQuerySet(models.QuerySet):
    def in_force(self, on: date | None = None):
        """Memberships in force today's data (`on` empty) or on a given day."""
        if on is None:
            return self.filter(valid_until=None)
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_until=None) | Q(valid_until__gte=on))


class Membership(models.Model):
    """A place inside a container, from a day to a day. Never deleted by an import: closed with a date."""

    member = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="containers", verbose_name="lieu")
    container = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="members", verbose_name="contenu dans")
    valid_from = models.DateField("depuis", null=True, blank=True)
    valid_until = models.DateField("jusqu’au", null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "appartenance"
        verbose_name_plural = "appartenances"
        constraints = [
            models.CheckConstraint(
                condition=~Q(member=F("container")),
                name="membership_is_not_of_itself",
                violation_error_message="Un lieu ne se contient pas lui-même.",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_from=None) | Q(valid_until__gte=F("valid_from")),
                name="membership_ends_after_it_starts",
                violation_error_message="La fin précède le début.",
            ),
            ExclusionConstraint(
                name="membership_periods_do_not_overlap",
                expressions=[
                    (one_id("member_id"), RangeOperators.OVERLAPS),
                    (one_id("container_id"), RangeOperators.OVERLAPS),
                    (period(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Cette appartenance est déjà connue sur cette période.",
            ),
        ]
        indexes = [
            models.Index(F("container"), F("valid_until"), name="membership_container"),
            models.Index(F("member"), F("valid_until"), name="membership_member"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} dans {self.container_id} depuis {self.valid_from or 'toujours'}"


class Outline(models.Model):
    """How a place is drawn: SVG path data in the plane of its frame (see `territories.geometry`)."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="outlines", verbose_name="lieu")
    scale = models.CharField("échelle", max_length=10, choices=[("national", "Nationale"), ("local", "Locale")])
    rings = models.TextField("contours", help_text="Anneaux simplifiés, dans la forme de territories.geometry.")

    class Meta:
        verbose_name = "contour"
        verbose_name_plural = "contours"
        constraints = [models.UniqueConstraint(F("place"), F("scale"), name="outline_one_per_scale")]

    def __str__(self) -> str:
        return f"contour {self.scale} de {self.place_id}"


class Adjacency(models.Model):
    """Two places that share a border. Each pair is written once, the smaller code first."""

    first = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+", verbose_name="premier lieu")
    second = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+", verbose_name="second lieu")

    class Meta:
        verbose_name = "voisinage"
        verbose_name_plural = "voisinages"
        constraints = [
            models.UniqueConstraint(F("first"), F("second"), name="adjacency_is_unique"),
            models.CheckConstraint(condition=~Q(first=F("second")), name="adjacency_is_between_two"),
        ]
        indexes = [models.Index(F("second"), name="adjacency_second")]

    def __str__(self) -> str:
        return f"{self.first_id} touche {self.second_id}"


class PerimeterModel(models.Model):
    """Codes included minus codes excluded: « applies here » is one upward test on a place's ancestors."""

    included_codes = ArrayField(models.CharField(max_length=40), verbose_name="lieux compris", default=list, blank=True)
    excluded_codes = ArrayField(models.CharField(max_length=40), verbose_name="lieux exclus", default=list, blank=True)

    class Meta:
        abstract = True


class Zoning(PerimeterModel):
    """A named zoning defined by a perimeter; its place's code joins the ancestors of all it covers."""

    place = models.OneToOneField(Place, on_delete=models.CASCADE, related_name="zoning", verbose_name="lieu")
    note = models.TextField("définition et source", blank=True)

    class Meta:
        verbose_name = "zonage"
        verbose_name_plural = "zonages"

    def __str__(self) -> str:
        return f"zonage {self.place_id}"
