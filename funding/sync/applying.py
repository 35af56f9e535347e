"""Writing a plan through the use cases of schemes. The callers, `runs` and `national_schema`, hold the transaction."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from funding.enums import EditorialState
from funding.models import Scheme
from funding.national_schema.drafts import COLUMNS, RELATIONS, Body, Draft
from funding.schemes import move_scheme, publish_scheme, save_scheme
from funding.sync import writing
from funding.sync.known import Known, KnownScheme, known_for_drafts
from funding.sync.plan import Change, NewScheme, Plan

# One machine writes schemes at a time, so that no organisation is made twice. People are not held up by it.
_LOCK = 20_261_124_03


@dataclass(frozen=True)
class Writer:
    """Writes one plan, in the name of `actor` (None: the machine)."""

    plan: Plan
    bodies: dict[Body, int]
    actor: object
    at: datetime
    reason: str

    def create(self, new: NewScheme) -> Scheme:
        """A new scheme, that waits for validation. Raises ValidationError."""
        draft = new.draft
        values = writing.values(draft, [name for name in COLUMNS if name in draft.given])
        values |= {"source_name": self.plan.source, "source_key": draft.key}
        rows = {name: self._rows(draft, name, None) for name in sorted(RELATIONS & draft.given)}
        scheme = save_scheme(values=values, rows=rows, **self._sent).scheme
        to_validate = EditorialState.TO_VALIDATE
        return move_scheme(scheme_id=scheme.pk, to_state=to_validate, actor=self.actor, at=self.at)

    def change(self, change: Change) -> None:
        """The fields of a change, and no other. Raises ValidationError."""
        names = [field.name for field in change.fields]
        known = self.plan.known.scheme_of(change.draft)
        rows = {name: self._rows(change.draft, name, known) for name in names if name in RELATIONS}
        values = writing.values(change.draft, [name for name in names if name not in RELATIONS])
        save_scheme(scheme_id=change.scheme_id, values=values, rows=rows, **self._sent)

    def publish(self, scheme: Scheme) -> tuple[str, ...]:
        """Publish a scheme if it can be; give what keeps it from being."""
        try:
            with transaction.atomic():
                publish_scheme(scheme_id=scheme.pk, actor=self.actor, at=self.at)
        except ValidationError as error:
            return tuple(error.messages)
        return ()

    @property
    def _sent(self) -> dict:
        return {"actor": self.actor, "at": self.at, "by_hand": False, "reason": self.reason[:100]}

    def _rows(self, draft: Draft, name: str, known: KnownScheme | None) -> list[dict]:
        return writing.rows(draft, name, self.bodies, at=self.at, scheme=known)


def writer_of(plan: Plan, *, actor, at: datetime, reason: str) -> Writer:
    """A writer for a plan; makes the organisations that what is written names and that the portal does not have."""
    with_roles = [change for change in plan.changed if "roles" in {field.name for field in change.fields}]
    bodies = writing.organisations(item.draft for item in (*plan.new, *with_roles))
    return Writer(plan, bodies, actor, at, reason)


def hold_machines() -> None:
    """Wait until no other machine writes schemes, and keep the others waiting until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def hold_schemes(ids: Iterable[int]) -> None:
    """Keep people from writing these schemes until the end of the transaction."""
    # In one order, as every writer of several schemes does.
    rows = Scheme.objects.select_for_update(of=("self",)).filter(pk__in=set(ids))
    list(rows.order_by("pk").values_list("pk"))


def is_fresh(plan: Plan, *, at: datetime) -> bool:
    """Whether the schemes that a plan changes, which must be held, and those it creates are still as it saw them."""
    items = [*plan.new, *plan.changed]
    now = known_for_drafts((item.draft for item in items), source=plan.source, at=at)
    return all(_facts(now, item.draft) == _facts(plan.known, item.draft) for item in items)


def _facts(known: Known, draft: Draft) -> tuple | None:
    scheme = known.scheme_of(draft)
    return scheme and scheme.facts


@contextmanager
def naming(number: int) -> Iterator[None]:
    """Name the row in what a use case refuses."""
    try:
        yield
    except ValidationError as error:
        raise ValidationError([f"Ligne {number} : {message}" for message in error.messages]) from error
