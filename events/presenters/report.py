"""A report as a page and as a PDF: two renderings of the same frozen content."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.text import capfirst

from events.models import Report
from events.pdf import report_document
from events.presenters import documents, poll_reports, recordings
from events.presenters.moments import day_in_words
from events.presenters.spans import lines_of
from events.reports import BLOCKS
from funding.eligibility.french import NBSP
from territories.rich_text import to_lines
from ti_portal.accounts.links import absolute_url


def _testimonies(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "lines": lines_of(row["text"].splitlines())} for row in rows]


# Blocks whose rows are frozen as facts, and said in words when they are shown.
_IN_WORDS = {
    "polls": poll_reports.shown,
    "testimonies": _testimonies,
    "recording": recordings.shown,
    "documents": documents.shown,
}


def sections(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The blocks that have something to say, in order, each followed by the organiser's texts."""
    found = []
    for key, title in BLOCKS.items():
        rows, texts = content.get(key, []), content.get("texts", {}).get(key, [])
        if key in _IN_WORDS:
            rows = _IN_WORDS[key](rows)
        if rows or texts:
            found.append({"key": key, "title": title, "rows": rows, "texts": texts})
    return found


def document_data(report: Report) -> bytes:
    """The PDF of a published version."""
    return report_document(document_content(report), at=report.published_at)


def document_content(report: Report) -> dict[str, Any]:
    """What the PDF of a version says. Rich texts become plain lines; addresses are whole, for a document leaves the
    portal.
    """
    content = report.content
    published = day_in_words(timezone.localtime(report.published_at))
    return {
        "site": settings.SITE_NAME,
        "title": f"Compte rendu{NBSP}: {content['title']}",
        "subtitle": " – ".join(text for text in (capfirst(content["when"]), content["where"]) if text),
        "made_on": f"Version {report.number}, publiée le {published}",
        "lead": lines_of([content["summary"], *to_lines(content["description"])]),
        "moderator": content["moderator"],
        "partners": content["partners"],
        "source": content["source"],
        "blocks": [_block(section) for section in sections(content)],
    }


def _block(section: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": section["key"],
        "title": section["title"],
        "rows": [_row(section["key"], row) for row in section["rows"]],
        "texts": [{"title": one["title"], "lines": lines_of(to_lines(one["text"]))} for one in section["texts"]],
    }


def _row(key: str, row: Any) -> Any:
    if key == "agenda":
        speakers = [{**one, "lines": lines_of(to_lines(one["text"]))} for one in row["speakers"]]
        return {"title": row["title"], "lines": lines_of(to_lines(row["text"])), "speakers": speakers}
    if key == "questions":
        schemes = [{"name": one["name"], "url": _absolute(one["url"])} for one in row["schemes"]]
        return {**row, "lines": lines_of(to_lines(row["answer"])), "schemes": schemes}
    if key in ("testimonies", "recording", "documents"):
        return {**row, "url": _absolute(row["url"])}
    return row


def _absolute(url: str) -> str:
    """The whole address of a page of the portal; any other as it is."""
    return absolute_url(url) if url.startswith("/") else url
