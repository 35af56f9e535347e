"""What the catalogue reads: narrow rows apart from long texts, rebuilt by `funding.listing` when a scheme changes."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from funding.models.calls import Call
from funding.models.schemes import Scheme


def codes(verbose_name: str) -> ArrayField:
    return ArrayField(models.CharField(max_length=40), verbose_name=verbose_name, default=list)


class EffectivePerimeterQuerySet(models.QuerySet):
    """Rows that know where they count once all is told: `included_codes`, `excluded_codes`, `within_codes`."""

    def covering(self, ancestor_codes):
        """Rows that apply at a place, given by its ancestor codes. A commune meets each scheme at most once; an
        intercommunalité or a territory astride two régions meets both their variants.
        """
        return self.filter(covers(ancestor_codes))


def covers(ancestor_codes) -> Q:
    """The condition of `covering`, to be put together with others."""
    here = list(ancestor_codes)
    within = Q(within_codes=[]) | Q(within_codes__overlap=here)
    return within & Q(included_codes__overlap=here) & ~Q(excluded_codes__overlap=here)


class ListingQuerySet(EffectivePerimeterQuerySet):
    def main(self):
        """Rows that show when no place is chosen: each scheme exactly once."""
        return self.filter(is_main=True)


class Listing(models.Model):
    """A published scheme as it shows at the places where the same calls count (or everywhere, without call).

    Its perimeter is the effective one: that of the calls, within the scheme's (`within_codes`, empty when nothing more
    is asked), less those of the regional variants that hide them. So a place meets each scheme once. `is_main` marks
    the row that shows when no place is chosen; it covers nothing when the scheme has no call that counts everywhere.
    An empty list of natures means any. `phases` is the status in time: a list of [from instant or null, state, closing
    instant or null, slug of the call that decides], in order, made by the one definition of a status
    (`funding.statuses.phases_of`); instants are UTC texts of fixed length, which compare as texts.
    """

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="listings")
    call = models.ForeignKey(Call, on_delete=models.CASCADE, null=True, related_name="listings")
    is_main = models.BooleanField(default=False)
    included_codes = codes("lieux compris")
    excluded_codes = codes("lieux exclus")
    within_codes = codes("et dans l’un de ces lieux")
    audiences = codes("publics")
    help_kinds = codes("natures de l’aide")
    project_natures = codes("natures de projet")
    expense_natures = codes("natures de dépense")
    funders = ArrayField(models.BigIntegerField(), default=list)
    highest_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    phases = models.JSONField(default=list)
    search = SearchVectorField(null=True)

    objects = ListingQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne du catalogue"
        verbose_name_plural = "lignes du catalogue"
        constraints = [
            models.UniqueConstraint(F("scheme"), F("call"), name="listing_is_unique", nulls_distinct=False),
        ]
        indexes = [GinIndex(F("search"), name="listing_search")]

    def __str__(self) -> str:
        return f"ligne {self.pk} du dispositif {self.scheme_id}"


class DataVersion(models.Model):
    """One row: grows at each change of what the catalogue and the check read. Processes compare it with their own."""

    number = models.PositiveBigIntegerField(default=1)

    class Meta:
        verbose_name = "version des données"
        verbose_name_plural = "versions des données"

    def __str__(self) -> str:
        return str(self.number)
