"""Writing a list itself: what it is, and whom the délégation says to be legal persons in it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from funding.listing import bump_version
from funding.models import FundedProjectList
from territories.names import slug as slug_of
from ti_portal.core.integrity import refused_by_constraints
from ti_portal.core.text import fold

FIELDS = (
    "name", "slug", "scheme", "vintage", "publisher", "licence", "source_url", "is_published", "attested",
)  # fmt: skip


@transaction.atomic
def save_list(*, values: Mapping[str, Any], list_id: int | None = None) -> FundedProjectList:
    """Create a list, or change the given values of one; an empty slug is made from the name.

    Raises ValidationError, with messages by field.
    """
    row = FundedProjectList.objects.select_for_update(of=("self",)).get(pk=list_id) if list_id else FundedProjectList()
    for name in FIELDS:
        if name in values:
            setattr(row, name, values[name])
    row.slug = row.slug or slug_of(row.name)[:80].strip("-")
    row.attested = sorted({word for text in row.attested if (word := attested_word(text))})
    row.full_clean()
    with refused_by_constraints(FundedProjectList):
        row.save()
    bump_version()
    return row


@transaction.atomic
def attest(*, list_id: int, words: Iterable[str]) -> int:
    """Remember that these SIREN or names are those of legal persons; return how many were not known yet.

    Their names are kept at the next reading of the file: what was withheld was never written.
    """
    row = FundedProjectList.objects.select_for_update(of=("self",)).get(pk=list_id)
    known = set(row.attested)
    wanted = known | {word for text in words if (word := attested_word(text))}
    if wanted != known:
        row.attested = sorted(wanted)
        row.save(update_fields=["attested"])
    return len(wanted) - len(known)


def attested_word(text: str) -> str:
    """What `people.beneficiary` compares: the nine digits of a SIREN, or a folded name."""
    digits = "".join(text.split())
    return digits if digits.isdigit() and len(digits) == 9 else fold(text)[:200]
