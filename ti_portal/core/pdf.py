"""Documents made with typst. Data goes in as JSON, so nothing that a person wrote is ever read as markup."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import typst


def document(template: Path, data: dict[str, Any], *, at: datetime) -> bytes:
    """A tagged, accessible PDF (PDF/UA-1) from a template, which reads `sys.inputs.data`. The same input gives the same
    bytes.

    Only the fonts that come with typst are used: a document looks the same whatever the machine has.
    """
    return typst.compile(
        template,
        root=template.parent,
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
    )
