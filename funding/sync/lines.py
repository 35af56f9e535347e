"""The lines of a run: what is worth a look in an answer, in its order; what vanished comes last."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from funding.enums import LineOutcome
from funding.models import Scheme, SyncLine, SyncRun
from funding.sync.plan import FieldChange, Plan

NOT_PUBLIC = "Il n’est pas publié : rien n’est à faire."
TO_ARCHIVE = "Une proposition d’archivage attend une personne."
Sentences = tuple[str, ...]


def lines(
    plan: Plan, run: SyncRun, *, faults: Mapping[int, Sentences], remarks: Mapping[int, Sentences]
) -> Iterator[SyncLine]:
    """`faults` are the refusals of use cases by number of entry, `remarks` what else there is to say of it."""
    found = sorted(_told(plan, faults, remarks), key=lambda pair: pair[0])
    found += [(0, line) for line in _vanished(plan)]
    for position, (_, line) in enumerate(found, start=1):
        line.run, line.position = run, position
        yield line


def _told(plan: Plan, faults: Mapping[int, Sentences], remarks: Mapping[int, Sentences]):
    ids = _ids_of_new(plan)
    for item in plan.refused:
        outcome = LineOutcome.UNPLACED if item.is_unplaced else LineOutcome.REFUSED
        yield item.number, _line(outcome, item.key, item.title, said=(*item.reasons, *item.remarks))
    for item in plan.new:
        said = (*faults.get(item.number, ()), *item.remarks, *remarks.get(item.number, ()))
        outcome = LineOutcome.REFUSED if item.number in faults else LineOutcome.NEW
        key = item.draft.key
        yield item.number, _line(outcome, key, item.draft.name, scheme_id=ids.get(key), said=said)
    for item in plan.changed:
        said = (*faults.get(item.number, ()), *item.remarks)
        outcome = LineOutcome.REFUSED if item.number in faults else item.outcome
        yield item.number, _of_scheme(outcome, item, said)
    for item in plan.proposals:
        said = (f"{item.reason[:1].upper()}{item.reason[1:]}.",)
        yield item.number, _of_scheme(LineOutcome.PROPOSED, item, said)


def _vanished(plan: Plan) -> Iterator[SyncLine]:
    for gone in plan.vanished:
        said = (TO_ARCHIVE if gone.is_public else NOT_PUBLIC,)
        yield _line(LineOutcome.VANISHED, gone.key, gone.name, scheme_id=gone.scheme_id, said=said)


def _ids_of_new(plan: Plan) -> dict[str, int]:
    keys = [new.draft.key for new in plan.new]
    found = Scheme.objects.filter(source_name=plan.source, source_key__in=keys) if keys else Scheme.objects.none()
    return dict(found.order_by("pk").values_list("source_key", "pk"))


def _of_scheme(outcome: LineOutcome, item, said: Sentences) -> SyncLine:
    title = item.draft.name or item.slug
    return _line(outcome, item.draft.key, title, scheme_id=item.scheme_id, fields=item.fields, said=said)


def _line(
    outcome: LineOutcome,
    key: str,
    title: str,
    *,
    scheme_id: int | None = None,
    fields: tuple[FieldChange, ...] = (),
    said: Sentences = (),
) -> SyncLine:
    return SyncLine(
        outcome=outcome,
        key=key[:200],
        title=title[:300],
        scheme_id=scheme_id,
        fields=[asdict(field) for field in fields],
        remarks=list(said),
    )
