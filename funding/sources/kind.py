"""What a kind of source is. The kinds themselves are listed in `kinds`."""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.conf import settings

from funding.fetching import Client
from funding.models import Source
from funding.sources.reading import Content, Reading, UnreadableSource

_PAGE_STARTS = (b"<!doctype html", b"<html")
_BOM = b"\xef\xbb\xbf"


class Kind(ABC):
    """A way to read a source. It holds no state: everything is in the source's row.

    name        stored in `Source.kind`
    label       for people
    form_class  what is set for this kind; `initial` gives what it shows, and `settings` what goes to `Source.options`
                and `Source.mapping`
    file_name   of an answer that is kept
    """

    name: ClassVar[str]
    label: ClassVar[str]
    form_class: ClassVar[type[forms.Form]] = forms.Form
    file_name: ClassVar[str] = "reponse"

    def fetch(self, source: Source, client: Client) -> Content:
        """Ask the source: one document at its address. Raises FetchError, or UnreadableSource for a web page."""
        found = client.fetch(source.url, etag=source.etag, last_modified=source.last_modified)
        if not found.is_unchanged:
            refuse_page(found.content, found.content_type)
        return Content(
            found.content, self.file_name, found.content_type, found.etag, found.last_modified, found.is_unchanged
        )

    @abstractmethod
    def read(self, data: bytes, source: Source, at: datetime | None = None) -> Reading:
        """Understand an answer, at instant `at` (now by default). Reads places and schemes in the database, writes
        nothing. Raises UnreadableSource, and nothing else, whatever the bytes.
        """

    def initial(self, source: Source) -> dict[str, Any]:
        """What the form shows of a source."""
        return {**source.options, "mapping": source.mapping}

    def settings(self, cleaned: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """From the form's cleaned data to `options` and `mapping` of the source."""
        options = {name: value for name, value in cleaned.items() if name != "mapping"}
        return options, cleaned.get("mapping") or {}


def refuse_page(data: bytes, content_type: str = "") -> None:
    """Raise UnreadableSource for a web page where data are expected: a sign-in page, a notice that all moved."""
    is_page = content_type.partition(";")[0].strip().lower() in ("text/html", "application/xhtml+xml")
    if is_page or data.removeprefix(_BOM).lstrip()[:20].lower().startswith(_PAGE_STARTS):
        raise UnreadableSource(
            "web_page",
            "La source a répondu par une page web et non par des données : son adresse a peut-être changé.",
        )


def secret_of(source: Source) -> str:
    """The secret that a source names. Raises UnreadableSource when the environment holds none of that name."""
    secret = settings.SOURCE_CREDENTIALS.get(source.credential, "")
    if not secret:
        named = f"« {source.credential} »" if source.credential else "(la source n’en nomme pas)"
        raise UnreadableSource("no_secret", f"Le secret de cette source manque dans SOURCE_CREDENTIALS : {named}.")
    return secret
