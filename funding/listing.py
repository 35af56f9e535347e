"""The rows that the catalogue reads, and the version of all that it and the check read."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from itertools import islice

from django.contrib.postgres.search import SearchVectorField
from django.db import connection, transaction
from django.db.models import Func, Prefetch, Value

from funding import cells, terms
from funding.eligibility.amounts import estimate
from funding.eligibility.codes import AudienceCode, CriterionKind, ExpenseNature, ProjectNature
from funding.eligibility.criteria import Criterion
from funding.eligibility.labels import HELP_KINDS
from funding.eligibility.situation import Situation
from funding.enums import Role
from funding.models import Listing, Scheme, SchemeOrganisation
from funding.statuses import phases_of
from territories.rich_text import to_lines
from ti_portal.core.text import fold

_BATCH = 500
_LONGEST_TEXT = 200_000  # signs that the search reads: a tsvector holds one megabyte
_NOBODY = Situation()
_ANY_DAY = date(2026, 1, 1)  # the highest amount is asked for no firm in particular: the day changes nothing


@transaction.atomic
def rebuild(scheme_ids: Iterable[int]) -> int:
    """Write anew the rows of these schemes, and raise the version; return how many rows were written.

    One transaction. Locks the schemes' rows in the order of their ids, so that two rebuilds wait for each other. A
    scheme that is not published has no row.
    """
    written = 0
    for batch in _batches(sorted(set(scheme_ids))):
        # Locked first, read afterwards: what is read is what the last writer left.
        list(Scheme.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=batch).order_by("pk"))
        schemes = list(_with_all(Scheme.objects.published().filter(pk__in=batch)).order_by("pk"))
        named = {code for scheme in schemes for call in scheme.calls.all() for code in call.included_codes}
        ancestors = cells.ancestors_of(named)
        rows = [row for scheme in schemes for row in rows_of(scheme, ancestors)]
        Listing.objects.filter(scheme_id__in=batch).delete()
        Listing.objects.bulk_create(rows, batch_size=_BATCH)
        written += len(rows)
    bump_version()
    return written


def rebuild_all() -> int:
    """Write anew the rows of all schemes."""
    return rebuild(Scheme.objects.order_by("pk").values_list("pk", flat=True))


def bump_version() -> int:
    """Raise the version of the data and return it. Its row stays locked until the transaction ends.

    A version is the microsecond of the change, or one more than the last: a number never serves twice, even when the
    transaction that took it is given up.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO funding_dataversion AS kept (id, number)
            VALUES (1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
            ON CONFLICT (id) DO UPDATE SET number = greatest(kept.number + 1, excluded.number)
            RETURNING number
            """
        )
        return cursor.fetchone()[0]


def rows_of(scheme: Scheme, ancestors: Mapping[str, Collection[str]]) -> list[Listing]:
    """The catalogue rows of one scheme, read with `_with_all`. Writes nothing."""
    by_slug = {call.slug: call.pk for call in scheme.calls.all()}
    calls = [terms.call_of(call, scheme) for call in scheme.calls.all()]
    common = _facets(scheme) | {"scheme": scheme, "search": _search(scheme)}
    if not calls:
        return [Listing(**common, **_wide(scheme, ()), is_main=True, phases=phases_of(()))]
    rows = []
    for cell in cells.cells_of(calls, ancestors):
        where = perimeter_of(scheme, cell, ancestors)
        call_id = by_slug[cell.shown[0].key]
        rows.append(Listing(**common, **where, call_id=call_id, is_main=cell.is_main, phases=phases_of(cell.shown)))
    if not rows[0].is_main:
        # No call counts everywhere: without a place, the scheme shows as the best of its calls; nowhere in particular.
        rows.insert(0, Listing(**common, is_main=True, phases=phases_of(calls)))
    return rows


def perimeter_of(scheme: Scheme, cell: cells.Cell, ancestors: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Where the calls of a cell count, in the columns by which `Listing.covering` finds it."""
    return _wide(scheme, cell.excluded) if cell.is_wide else _local(scheme, cell, ancestors)


def _with_all(schemes):
    roles = SchemeOrganisation.objects.select_related("organisation").order_by("pk")
    return terms.with_rules(schemes).prefetch_related(Prefetch("roles", roles))


def _wide(scheme: Scheme, left_out: Iterable[str]) -> dict[str, list[str]]:
    return {
        "included_codes": list(scheme.included_codes),
        "excluded_codes": list(dict.fromkeys((*scheme.excluded_codes, *sorted(left_out)))),
    }


def _local(scheme: Scheme, cell: cells.Cell, ancestors: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    is_nested = all(cells.lies_within(code, scheme.included_codes, ancestors) for code in cell.included)
    return {
        "included_codes": sorted(cell.included),
        "excluded_codes": list(dict.fromkeys((*scheme.excluded_codes, *sorted(cell.excluded)))),
        "within_codes": [] if is_nested else list(scheme.included_codes),
    }


def _facets(scheme: Scheme) -> dict:
    criteria = [terms.criterion_of(row) for row in scheme.criteria.all()]
    audiences = admitted(criteria, CriterionKind.AUDIENCE, AudienceCode, ())
    rules = terms.amount_rules_of(scheme)
    return {
        "audiences": audiences or list(AudienceCode),
        "help_kinds": list(scheme.help_kinds),
        "project_natures": admitted(criteria, CriterionKind.PROJECT_NATURE, ProjectNature, audiences),
        "expense_natures": admitted(criteria, CriterionKind.EXPENSE_NATURE, ExpenseNature, audiences),
        "funders": [role.organisation_id for role in scheme.roles.all() if role.role == Role.FUNDER],
        "highest_amount": estimate(rules, _NOBODY, _ANY_DAY).upper if rules else None,
    }


def admitted(
    criteria: Iterable[Criterion], kind: CriterionKind, codes: Iterable[str], audiences: Collection[str]
) -> list[str]:
    """Codes that the hard criteria of a kind let pass, in the order of the codes; empty means any.

    A criterion that some of the scheme's audiences need not meet restricts nothing here.
    """
    binding = [
        criterion
        for criterion in criteria
        if criterion.kind is kind
        and criterion.hard
        and (not criterion.applies_to or (audiences and criterion.applies_to.issuperset(audiences)))
    ]
    if not binding:
        return []
    return [
        str(code)
        for code in codes
        if all((not c.values or code in c.values) and code not in c.excluded for c in binding)
    ]


def _search(scheme: Scheme) -> Func:
    """What the search reads, by weight: the name, then what is said in short, then the whole text."""
    organisations = {role.organisation for role in scheme.roles.all()}
    second = [scheme.acronym, scheme.summary, scheme.programme]
    second += [word for body in sorted(organisations, key=lambda body: body.pk) for word in (body.name, body.acronym)]
    second += [call.name for call in scheme.calls.all()]
    second += [HELP_KINDS[kind] for kind in HELP_KINDS if kind in scheme.help_kinds]
    third = [*to_lines(scheme.description), *to_lines(scheme.eligibility_text), *to_lines(scheme.to_prepare)]
    third += [call.text for call in scheme.calls.all()]
    weighted = [("A", scheme.name), ("B", " ".join(second)), ("C", " ".join(third))]
    parts = [_weighted(fold(text)[:_LONGEST_TEXT], weight) for weight, text in weighted]
    return Func(*parts, arg_joiner=" || ", template="(%(expressions)s)", output_field=SearchVectorField())


def _weighted(text: str, weight: str) -> Func:
    vector = Func(Value(text), template="to_tsvector('french'::regconfig, %(expressions)s)")
    letter = f"'{weight}'"
    return Func(vector, template=f"setweight(%(expressions)s, {letter})", output_field=SearchVectorField())


def _batches(ids: list[int]) -> Iterator[list[int]]:
    remaining = iter(ids)
    while batch := list(islice(remaining, _BATCH)):
        yield batch
