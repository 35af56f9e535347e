"""The identifier of a scheme in the national schema: a UUID that never changes.

A scheme that came from a source keeps the identifier that its source gave it, when it is a UUID. The others get one
made from their address in the portal. When two sources gave the same one, the scheme that came first keeps it.
"""

import re
from collections.abc import Iterable
from uuid import UUID, uuid5

from django.db.models import Count, Min

from funding.models import Scheme

# Made once for this purpose; changing it would change every identifier.
_NAMESPACE = UUID("6f0c7a8e-6b0d-5d7a-9c53-2a6a5d1b9e41")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Identifiers:
    """Gives identifiers; one query, when it is made."""

    def __init__(self) -> None:
        shared = Scheme.objects.exclude(source_key="").values("source_key").order_by("source_key")
        shared = shared.annotate(count=Count("pk"), first=Min("pk")).filter(count__gt=1)
        self.first = {row["source_key"]: row["first"] for row in shared}

    def of(self, pk: int, slug: str, source_key: str) -> str:
        if _UUID.fullmatch(source_key) and self.first.get(source_key, pk) == pk:
            return source_key
        return str(uuid5(_NAMESPACE, slug))


def by_identifier(wanted: Iterable[str]) -> dict[str, int]:
    """Ids of the schemes that have these identifiers: two queries."""
    wanted = set(wanted)
    identifiers = Identifiers()
    rows = Scheme.objects.order_by("pk").values_list("pk", "slug", "source_key").iterator(chunk_size=5_000)
    return {key: pk for pk, slug, source_key in rows if (key := identifiers.of(pk, slug, source_key)) in wanted}
