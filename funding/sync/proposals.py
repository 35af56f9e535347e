"""What a source says of a field that only a person may write: told once, accepted or refused, never lost."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction

from funding.enums import EditorialState, ProposalState
from funding.models import Proposal, Source, SyncRun
from funding.national_schema.drafts import RELATIONS, Draft
from funding.schemes import archive_scheme, protect_fields, save_scheme
from funding.sync import payloads, writing
from funding.sync.applying import hold_machines, hold_schemes
from funding.sync.known import Known, KnownScheme, known_organisations, known_scheme
from funding.sync.payloads import STATE
from funding.sync.plan import VANISHED, Plan, differences, shown

# Long enough for a person to see the whole of nearly every text.
LENGTH = 4_000
ARCHIVED, PUBLISHED = EditorialState.ARCHIVED, EditorialState.PUBLISHED
SETTLED = "Cette proposition est déjà décidée."
MOOT = "Le dispositif dit déjà cela : la proposition est retirée."
STALE = "Le dispositif ou la source ont changé depuis : voici les deux valeurs d’aujourd’hui, à relire."


class Outcome(StrEnum):
    """What became of a decision. STALE: the proposal was told anew, to be read again; MOOT: nothing differs any more;
    SETTLED: somebody decided before; IMPOSSIBLE: the scheme cannot say that, and the proposal still waits.
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    STALE = "stale"
    MOOT = "moot"
    SETTLED = "settled"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True)
class Decision:
    proposal: Proposal
    outcome: Outcome
    messages: tuple[str, ...] = ()


def fingerprint(proposal: Proposal) -> str:
    """What a page shows of a proposal: two pages that show the same have the same."""
    return proposal.payload_digest[:16] + proposal.basis_digest[:16]


def accept(*, proposal_id: int, actor, at: datetime, seen: str = "", release: bool = False) -> Decision:
    """Write what a source proposes, as a change made by `actor`. `seen` is the fingerprint of what the person read.

    What changed since it was read is told anew instead of being written. The field stays protected; with `release` the
    scheme's source may write it from now on. Raises Proposal.DoesNotExist.
    """
    with transaction.atomic():
        proposal = _held(proposal_id)
        if proposal.state != ProposalState.PENDING:
            return Decision(proposal, Outcome.SETTLED, (SETTLED,))
        scheme = known_scheme(proposal.scheme_id)
        draft = None if proposal.field == STATE else payloads.unpacked(proposal.field, proposal.payload)
        if not _differs(draft, scheme, at):
            _settle(proposal, ProposalState.SUPERSEDED, at)
            return Decision(proposal, Outcome.MOOT, (MOOT,))
        basis = payloads.basis(scheme, proposal.field)
        if basis != proposal.basis_digest or seen not in ("", fingerprint(proposal)):
            _tell_anew(proposal, draft, scheme, basis, at)
            return Decision(proposal, Outcome.STALE, (STALE,))
        try:
            with transaction.atomic():
                _write(proposal, draft, scheme, actor=actor, at=at, release=release)
        except ValidationError as error:
            return Decision(proposal, Outcome.IMPOSSIBLE, tuple(error.messages))
        _settle(proposal, ProposalState.ACCEPTED, at, actor)
        return Decision(proposal, Outcome.ACCEPTED)


@transaction.atomic
def refuse(*, proposal_id: int, actor, at: datetime) -> Decision:
    """Leave the scheme as it is; the same value is not proposed again. Raises Proposal.DoesNotExist."""
    proposal = _held(proposal_id)
    if proposal.state != ProposalState.PENDING:
        return Decision(proposal, Outcome.SETTLED, (SETTLED,))
    _settle(proposal, ProposalState.REFUSED, at, actor)
    return Decision(proposal, Outcome.REFUSED)


def record(plan: Plan, *, source: Source, run: SyncRun, at: datetime, closes: bool = True) -> int:
    """Make the waiting proposals of a source those of its plan; return how many are new.

    The same value is not told twice, nor again once refused. A waiting one that the source no longer makes is retired,
    unless the answer is not to be believed (`closes=False`). A scheme that vanished is proposed to be archived; when it
    is there again, an earlier refusal to archive it no longer counts.
    """
    wanted = {(one.scheme_id, one.field): one for one in _wanted(plan, source, run, at)}
    present = {item.scheme_id for group in (plan.changed, plan.unchanged, plan.proposals) for item in group}
    spoken_of = present | {gone.scheme_id for gone in plan.vanished}
    mine = Proposal.objects.filter(source=source, scheme_id__in=spoken_of)
    mine.filter(state=ProposalState.REFUSED, field=STATE, scheme_id__in=present).update(state=ProposalState.SUPERSEDED)
    refused = set(mine.filter(state=ProposalState.REFUSED).values_list("scheme_id", "field", "payload_digest"))
    waiting = mine.filter(state=ProposalState.PENDING).select_for_update(of=("self",)).order_by("pk")
    for old in waiting:
        new = wanted.get((old.scheme_id, old.field))
        if new is not None and new.payload_digest == old.payload_digest:
            del wanted[old.scheme_id, old.field]
            _refresh(old, new)
        elif new is not None or closes:
            _settle(old, ProposalState.SUPERSEDED, at)
    told = [one for key, one in wanted.items() if (*key, one.payload_digest) not in refused]
    Proposal.objects.bulk_create(told)
    return len(told)


def _wanted(plan: Plan, source: Source, run: SyncRun, at: datetime):
    common = {"source": source, "run": run, "created_at": at}
    for item in plan.proposals:
        scheme = plan.known.scheme_of(item.draft)
        for field in item.fields:
            before, after = shown(item.draft, scheme, field.name, at, length=LENGTH)
            payload = payloads.packed(item.draft, field.name)
            yield Proposal(
                scheme_id=item.scheme_id,
                field=field.name,
                reason=item.reason,
                before=before,
                after=after,
                payload=payload,
                payload_digest=payloads.digest(payload),
                basis_digest=payloads.basis(scheme, field.name),
                **common,
            )
    for gone in plan.vanished:
        if gone.is_public:
            yield Proposal(
                scheme_id=gone.scheme_id,
                field=STATE,
                reason=VANISHED,
                before=PUBLISHED.label,
                after=ARCHIVED.label,
                payload=ARCHIVED.value,
                payload_digest=payloads.digest(ARCHIVED.value),
                basis_digest=payloads.digest(gone.state),
                **common,
            )


def _held(proposal_id: int) -> Proposal:
    """The proposal and its scheme, held in the order of syncs: machines, schemes, proposals."""
    found = Proposal.objects.values("scheme_id", "field").get(pk=proposal_id)
    if found["field"] == "roles":  # organisations may be made
        hold_machines()
    hold_schemes([found["scheme_id"]])
    return Proposal.objects.select_related("scheme", "source").select_for_update(of=("self",)).get(pk=proposal_id)


def _differs(draft: Draft | None, scheme: KnownScheme, at: datetime) -> bool:
    if draft is None:
        return scheme.state == PUBLISHED
    by_siren, by_name = known_organisations() if draft.roles else ({}, {})
    return bool(differences(draft, scheme, Known(by_siren=by_siren, by_name=by_name), at))


def _write(proposal: Proposal, draft: Draft | None, scheme: KnownScheme, *, actor, at: datetime, release: bool) -> None:
    if draft is None:
        archive_scheme(scheme_id=scheme.pk, actor=actor, at=at)
        return
    name = proposal.field
    bodies = writing.organisations([draft])
    rows = {name: writing.rows(draft, name, bodies, at=at, scheme=scheme)} if name in RELATIONS else {}
    values = {} if name in RELATIONS else writing.values(draft, [name])
    reason = f"proposition acceptée : {proposal.source.name}"[:100]
    saved = save_scheme(scheme_id=scheme.pk, values=values, rows=rows, actor=actor, at=at, reason=reason).scheme
    if release:
        protect_fields(scheme_id=saved.pk, names=set(saved.protected_fields) - {name}, actor=actor, at=at)


def _tell_anew(proposal: Proposal, draft: Draft | None, scheme: KnownScheme, basis: str, at: datetime) -> None:
    if draft is not None:
        proposal.before, proposal.after = shown(draft, scheme, proposal.field, at, length=LENGTH)
    proposal.basis_digest = basis
    proposal.save(update_fields=["before", "after", "basis_digest"])


def _refresh(old: Proposal, new: Proposal) -> None:
    names = ("reason", "before", "after", "basis_digest")
    if any(getattr(old, name) != getattr(new, name) for name in names):
        for name in names:
            setattr(old, name, getattr(new, name))
        old.save(update_fields=names)


def _settle(proposal: Proposal, state: ProposalState, at: datetime, actor=None) -> None:
    proposal.state, proposal.decided_at, proposal.decided_by = state, at, actor
    proposal.save(update_fields=["state", "decided_at", "decided_by"])
