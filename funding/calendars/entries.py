"""Keeping `CalendarEntry` rows true to the rounds, in the transaction that writes these."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import Prefetch

from funding.calendars.wanted import Wanted, wanted_of
from funding.enums import EditorialState
from funding.listing import bump_version
from funding.models import CalendarEntry, Call, Round, Scheme

_BATCH = 500
_KEPT = (
    "call_id", "instant", "zone", "day", "title", "text", "path", "included_codes", "excluded_codes", "within_codes",
)  # fmt: skip
# What a calendar must take as a new revision of the same event.
_TOLD = ("instant", "zone", "title", "is_cancelled")
_WRITTEN = (*_KEPT, "is_cancelled", "sequence", "modified_at")


@transaction.atomic
def refresh(scheme_ids: Iterable[int], *, at: datetime) -> int:
    """Make the entries of these schemes say what their rounds say; return how many were written.

    A round that is gone, a date that was removed, a scheme that is no longer published leave a cancelled entry; what
    had happened before `at` is not undone by an archive. Saying the same again writes nothing. Locks the schemes' rows
    in the order of their ids. The version of the data is raised by `listing`, beside which this is called.
    """
    written = 0
    ids = iter(sorted(set(scheme_ids)))
    while batch := list(islice(ids, _BATCH)):
        list(Scheme.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=batch).order_by("pk"))
        schemes = Scheme.objects.filter(pk__in=batch).prefetch_related(
            Prefetch("calls", Call.objects.order_by("pk")), Prefetch("calls__rounds", Round.objects.order_by("pk"))
        )
        written += _refresh(list(schemes.order_by("pk")), at)
    return written


def refresh_all(*, at: datetime) -> int:
    """The same for all schemes, a transaction for each batch: what a hand changed in the database is found here.

    Raises the version of the data where something changed. Safe to run twice, and to kill.
    """
    ids = list(Scheme.objects.order_by("pk").values_list("pk", flat=True))
    written = 0
    for start in range(0, len(ids), _BATCH):
        with transaction.atomic():
            found = refresh(ids[start : start + _BATCH], at=at)
            if found:
                bump_version()
        written += found
    return written


def fill_when_empty(*, at: datetime) -> int:
    """Write all entries on a portal that has none yet; return how many."""
    return 0 if CalendarEntry.objects.exists() else refresh_all(at=at)


def _refresh(schemes: list[Scheme], at: datetime) -> int:
    known: dict[int, list[CalendarEntry]] = {scheme.pk: [] for scheme in schemes}
    for entry in CalendarEntry.objects.filter(scheme__in=schemes).order_by("pk"):
        known[entry.scheme_id].append(entry)
    new, changed = [], []
    for scheme in schemes:
        wanted = {one.key: one for one in wanted_of(scheme)}
        is_public = scheme.state == EditorialState.PUBLISHED
        for entry in known[scheme.pk]:
            one = wanted.pop((entry.round_id, entry.moment), None)
            if not is_public and one is not None and (entry.is_cancelled or one.instant > at):
                one = None
            if _write(entry, one, scheme, at):
                changed.append(entry)
        if is_public:
            new += [_new(scheme, one, at) for one in wanted.values()]
    CalendarEntry.objects.bulk_create(new, batch_size=_BATCH)
    CalendarEntry.objects.bulk_update(changed, _WRITTEN, batch_size=_BATCH)
    return len(new) + len(changed)


def _new(scheme: Scheme, one: Wanted, at: datetime) -> CalendarEntry:
    values = {name: getattr(one, name) for name in _KEPT}
    return CalendarEntry(
        scheme=scheme, round_id=one.round_id, moment=one.moment, **values, created_at=at, modified_at=at
    )


def _write(entry: CalendarEntry, one: Wanted | None, scheme: Scheme, at: datetime) -> bool:
    """Bring an entry up to what is wanted of it, nothing meaning that it is cancelled; tell whether it changed."""
    before = _values(entry, _WRITTEN)
    told = _values(entry, _TOLD)
    if one is None:
        entry.is_cancelled = True
        if entry.call_id is None:
            entry.path = scheme.get_absolute_url()
    else:
        entry.is_cancelled = False
        for name in _KEPT:
            setattr(entry, name, getattr(one, name))
    if _values(entry, _WRITTEN) == before:
        return False
    if _values(entry, _TOLD) != told:
        entry.sequence += 1
    # Clocks of two machines may differ: a revision is never older than the one before.
    entry.modified_at = max(entry.modified_at, at)
    return True


def _values(entry: CalendarEntry, names: Iterable[str]) -> tuple:
    return tuple(getattr(entry, name) for name in names)
