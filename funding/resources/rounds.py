"""Rounds as a table. Key: addresses of the scheme and of the call, and rank of the round in it."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from funding import parts, terms
from funding.eligibility.calls import PARIS
from funding.eligibility.errors import RuleError
from funding.eligibility.refusals import refusal_text
from funding.models import Call, Round
from funding.models.calls import FRENCH_ZONES
from funding.resources.cells import (
    Reader,
    read_choice,
    read_figure,
    read_instant,
    read_rank,
    scheme_of,
    write_figure,
    write_instant,
)
from funding.schemes import save_call
from ti_portal.core.table_resources import Column, TableResource, read_date

SLUG, CALL, RANK, LABEL, ZONE = "Dispositif", "Appel", "Rang", "Libellé", "Fuseau"
OPENS, CLOSES, EXHAUSTED = "Ouvre le", "Ferme le", "Enveloppe épuisée depuis"
COMMITTEE, RESULTS, ENVELOPE, REMAINING = "Comité le", "Résultats le", "Enveloppe (€)", "Reste (€)"
ANNOUNCED = "Annoncée pour"
_CLOCKS = {OPENS: "opens_at", CLOSES: "closes_at", EXHAUSTED: "exhausted_from"}
_DAYS = {COMMITTEE: "committee_on", RESULTS: "results_on"}
_FIGURES = {ENVELOPE: "envelope", REMAINING: "remaining"}
_TEXTS = {LABEL: "label", ANNOUNCED: "announced_for"}


def with_facts(rounds: QuerySet) -> QuerySet:
    return rounds.select_related("call__scheme").order_by("call__scheme__slug", "call__slug", "pk")


class RoundResource(TableResource):
    title = "Relèves"
    file_name = "releves"
    key_columns = (SLUG, CALL, RANK)

    scheme = Column(column_name=SLUG)
    call = Column(column_name=CALL)
    rank = Column(column_name=RANK)
    label = Column(column_name=LABEL, attribute="label")
    zone = Column(column_name=ZONE)
    opens_at = Column(column_name=OPENS)
    closes_at = Column(column_name=CLOSES)
    announced_for = Column(column_name=ANNOUNCED, attribute="announced_for")
    committee_on = Column(column_name=COMMITTEE)
    results_on = Column(column_name=RESULTS)
    envelope = Column(column_name=ENVELOPE)
    remaining = Column(column_name=REMAINING)
    exhausted_from = Column(column_name=EXHAUSTED)

    class Meta(TableResource.Meta):
        model = Round

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._ranks: dict[int, int] | None = None

    def _rank_of(self, round_: Round) -> int:
        """Rank in its call, in the order of creation, whatever the filter of the list."""
        if hasattr(round_, "rank"):
            return round_.rank
        if self._ranks is None:
            ranks = Window(RowNumber(), partition_by=F("call"), order_by="pk")
            self._ranks = dict(Round.objects.annotate(number=ranks).values_list("pk", "number"))
        return self._ranks.get(round_.pk, 0)

    def dehydrate_scheme(self, round_: Round) -> str:
        return round_.call.scheme.slug if round_.call_id else ""

    def dehydrate_call(self, round_: Round) -> str:
        return round_.call.slug if round_.call_id else ""

    def dehydrate_rank(self, round_: Round) -> int:
        return self._rank_of(round_)

    def dehydrate_zone(self, round_: Round) -> str:
        return dict(FRENCH_ZONES).get(round_.zone, round_.zone)

    def dehydrate_opens_at(self, round_: Round) -> str:
        return write_instant(round_.opens_at, round_.zone)

    def dehydrate_closes_at(self, round_: Round) -> str:
        return write_instant(round_.closes_at, round_.zone)

    def dehydrate_exhausted_from(self, round_: Round) -> str:
        return write_instant(round_.exhausted_from, round_.zone)

    def dehydrate_committee_on(self, round_: Round):
        return round_.committee_on

    def dehydrate_results_on(self, round_: Round):
        return round_.results_on

    def dehydrate_envelope(self, round_: Round) -> str:
        return write_figure(round_.envelope)

    def dehydrate_remaining(self, round_: Round) -> str:
        return write_figure(round_.remaining)

    def find(self, row: Mapping[str, Any]) -> Round | None:
        reader = Reader(row)
        scheme = reader.read(SLUG, scheme_of)
        rank = reader.read(RANK, read_rank)
        reader.check()
        self.found = scheme.calls.select_related("scheme").filter(slug=(row[CALL] or "").strip().lower()).first()
        if self.found is None:
            raise ValidationError({CALL: f"Ce dispositif n’a pas d’appel « {row[CALL][:60]} »."})
        rounds = list(self.found.rounds.select_related("call__scheme").order_by("pk"))
        if rank > len(rounds) + 1:
            raise ValidationError({RANK: f"Le prochain rang libre est {len(rounds) + 1}."})
        self.rank = rank
        return rounds[rank - 1] if rank <= len(rounds) else None

    def fill(self, instance: Round, row: Mapping[str, Any]) -> None:
        reader = Reader(row)
        instance.call, instance.rank = self.found, self.rank
        if reader.has(ZONE) and row[ZONE]:
            instance.zone = reader.read(ZONE, read_choice, FRENCH_ZONES) or PARIS
        for column, name in _CLOCKS.items():
            if reader.has(column):
                setattr(instance, name, reader.read(column, read_instant, instance.zone))
        for columns, read in ((_DAYS, read_date), (_FIGURES, read_figure), (_TEXTS, str.strip)):
            for column, name in columns.items():
                if reader.has(column):
                    setattr(instance, name, reader.read(column, read))
        reader.check()
        try:
            terms.round_of(instance)
        except RuleError as error:
            raise ValidationError({CLOSES: refusal_text(error)}) from error
        if not (instance.opens_at or instance.closes_at or instance.announced_for):
            raise ValidationError({OPENS: "Donnez l’ouverture, la fermeture, ou pour quand la relève est annoncée."})

    def write(self, instance: Round, *, is_create: bool) -> None:
        written = {name: getattr(instance, name) for name in parts.ROUNDS.fields}
        call: Call = instance.call
        rows = [{"id": kept.pk, **(written if kept.pk == instance.pk else {})} for kept in call.rounds.order_by("pk")]
        if is_create:
            rows.append(written)
        save_call(
            scheme_id=call.scheme_id,
            call_id=call.pk,
            values={"rounds": rows},
            actor=self.actor,
            at=self.at,
            reason="import",
        )
        if is_create:
            instance.pk = call.rounds.order_by("-pk").values_list("pk", flat=True).first()
