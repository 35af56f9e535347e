"""The published files and their columns, for the page that documents them."""

from django import template
from django.urls import reverse

from funding import open_data
from funding.national_schema.columns import SCHEMA_NAME, VERSION

register = template.Library()


@register.simple_tag
def open_data_files() -> dict:
    """Files with their addresses, columns with their meanings; asks the database nothing."""
    return {
        "files": [
            {"url": reverse(f"funding:export_{file.key}"), "label": file.label, "about": file.about}
            for file in open_data.FILES.values()
        ],
        "columns": open_data.COLUMNS,
        "licence": open_data.LICENCE,
        "schema": f"{SCHEMA_NAME}, version {VERSION}",
    }
