"""The documents of `events`: typst templates, and their making."""

from datetime import datetime
from pathlib import Path
from typing import Any

from ti_portal.core import pdf

FOLDER = Path(__file__).resolve().parent


def report_document(data: dict[str, Any], *, at: datetime) -> bytes:
    """The report of an event as a PDF (see `ti_portal.core.pdf`)."""
    return pdf.document(FOLDER / "report.typ", data, at=at)
