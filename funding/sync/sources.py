"""Setting a source."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction

from funding.enums import Rhythm
from funding.models import Scheme, Source
from ti_portal.core.integrity import refused_by_constraints

FIELDS = (
    "name", "slug", "kind", "url", "credential", "licence", "licence_url", "attribution", "rhythm", "mapping",
    "options", "publishes", "is_active",
)  # fmt: skip
# What makes the next answer another one, even when the source says that nothing changed.
READING_FIELDS = ("kind", "url", "credential", "mapping", "options")
BORNE = "Des dispositifs portent ce nom de source : il ne change plus."


@transaction.atomic
def save_source(*, values: Mapping[str, Any], at: datetime, source_id: int | None = None) -> Source:
    """Create or change a source; `values` holds some of FIELDS. A new rhythm is due at once, then keeps that hour; what
    changes how the answer is read makes the next reading a whole one. Raises ValidationError by field, in French.
    """
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise TypeError(f"unknown names: {sorted(unknown)}")
    rows = Source.objects.select_for_update(of=("self",))
    source = rows.get(pk=source_id) if source_id is not None else Source()
    changed = {name for name, value in values.items() if getattr(source, name) != value}
    if source_id is not None and "name" in changed and Scheme.objects.filter(source_name=source.name).exists():
        raise ValidationError({"name": BORNE})
    for name in changed:
        setattr(source, name, values[name])
    if source.rhythm == Rhythm.MANUAL:
        source.next_run_at = None
    elif source.next_run_at is None or "rhythm" in changed:
        source.next_run_at = at
    if changed & set(READING_FIELDS):
        source.etag = source.last_modified = source.content_digest = ""
    source.full_clean()
    if "@" in urlsplit(source.url).netloc:
        raise ValidationError({"url": "Pas de mot de passe dans l’adresse : nommez un secret de l’environnement."})
    with refused_by_constraints(Source):
        source.save()
    return source
