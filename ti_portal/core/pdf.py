"""Documents made with typst. Data goes in as JSON, so nothing that a person wrote is ever read as markup."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

# What the fonts of typst surely show: Latin, usual punctuation, the euro. Anything else becomes a question mark.
_UNSURE = re.compile(r"[^\n\t\u0020-\u007e\u00a0-\u017f\u2010-\u2015\u2018-\u201e\u2022\u2026\u202f\u20ac]")


def document(template: Path, data: dict[str, Any], *, at: datetime) -> bytes:
    """A tagged, accessible PDF (PDF/UA-1) from a template, which reads `sys.inputs.data`. The same input gives the same
    bytes.

    Only the fonts that come with typst are used: a document looks the same whatever the machine has.
    A character that they lack is refused by PDF/UA-1: the document is then made again with a sure alphabet.
    """
    text = json.dumps(data, ensure_ascii=False)
    try:
        return _compiled(template, text, at=at)
    except typst.TypstError:
        return _compiled(template, _UNSURE.sub("?", text), at=at)


def _compiled(template: Path, text: str, *, at: datetime) -> bytes:
    return typst.compile(
        template,
        root=template.parent,
        format="pdf",
        sys_inputs={"data": text},
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
    )
