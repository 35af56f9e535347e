"""Documents and links of an event, as a list shows them."""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from events.files import MEGABYTE
from events.models import Document, Event
from funding.eligibility import french
from ti_portal.core.text import fold

KILOBYTE = 1024


def documents_of(event: Event) -> list[dict[str, Any]]:
    """The documents and links of an event, in plain JSON: a file is named by the address that hands it out, with its
    format and its size in bytes.
    """
    return [_plain(one) for one in event.documents.order_by("position", "pk")]


def shown(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of `documents_of` in words. Reports of before say neither nature nor file."""
    return [
        {
            "label": titled(row.get("kind", ""), row["label"]),
            "url": row["url"],
            "remark": row["remark"],
            "file": ", ".join(word for word in (row.get("format", ""), weight(row.get("size"))) if word),
        }
        for row in rows
    ]


def titled(kind: str, label: str) -> str:
    """« Film : Les écoles de production »; the label alone where it begins with its nature already. Pure."""
    words, first = fold(label).split(), fold(kind).split()
    return f"{kind}{french.NBSP}: {label}" if first and words[: len(first)] != first else label


def weight(size: int | None) -> str:
    """« 1,2 Mo », « 340 ko », by the same megabyte as the limit of files; empty when it is not known. Pure."""
    if size is None:
        return ""
    kilobytes = max(1, -(-size // KILOBYTE))
    if kilobytes < KILOBYTE:
        return f"{kilobytes}{french.NBSP}ko"
    return f"{french.number(round(size / MEGABYTE, 1))}{french.NBSP}Mo"


def _plain(one: Document) -> dict[str, Any]:
    plain = {"kind": one.get_kind_display(), "label": one.label, "url": one.url, "remark": one.remark}
    if one.url or not one.file:
        return plain
    try:
        size = one.file.size
    except FileNotFoundError:
        return plain  # gone from the folder: named, without a link that leads nowhere
    extension = PurePosixPath(one.file.name).suffix.lstrip(".").upper()
    return {**plain, "url": one.file.url, "format": extension, "size": size}
