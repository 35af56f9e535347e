"""The documents of `funding`: typst templates, and their making."""

from datetime import datetime
from pathlib import Path
from typing import Any

from ti_portal.core import pdf

FOLDER = Path(__file__).resolve().parent


def document(template: str, data: dict[str, Any], *, at: datetime) -> bytes:
    """A PDF from a template of this folder (see `ti_portal.core.pdf`)."""
    return pdf.document(FOLDER / template, data, at=at)
