"""Sources that no table holds: a kind reads one row, whether it was saved or not."""

from funding.models import Source


def source(kind: str, **values) -> Source:
    return Source(**{"name": "Essai", "slug": "essai", "kind": kind, "options": {}, "mapping": {}, **values})
