"""Writing the directory of local resources and partners."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from funding.models import Resource
from funding.parts import plain
from territories import rich_text
from territories.names import slug as slug_of
from territories.zonings import check_codes
from ti_portal.core.integrity import refused_by_constraints


@transaction.atomic
def save_resource(*, values: Mapping[str, Any], resource_id: int | None = None) -> Resource:
    """Create or change a resource. Saying the same again writes nothing.

    Raises ValidationError by field, in French; a published resource says where it is and names only known places.
    """
    rows = Resource.objects.select_for_update(of=("self",))
    resource = rows.get(pk=resource_id) if resource_id is not None else Resource()
    is_changed = resource.pk is None
    for name, value in values.items():
        cleaned = plain(Resource, name, value)
        if name == "text":
            cleaned = rich_text.sanitise(cleaned)
        if getattr(resource, name) != cleaned:
            setattr(resource, name, cleaned)
            is_changed = True
    if not is_changed:
        return resource
    if not resource.slug:
        resource.slug = slug_of(resource.name)[:200]
    resource.full_clean()
    if resource.is_published:
        if not resource.included_codes:
            raise ValidationError({"included_codes": "Dites où cette ressource est utile."})
        check_codes([*resource.included_codes, *resource.excluded_codes])
    with refused_by_constraints(Resource):
        resource.save()
    return resource
