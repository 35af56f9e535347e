"""The kinds of sources. Adding one is one class under `Kind`, and its line in `KINDS`.

kind = kind_of(source)
content = kind.fetch(source, client)      # the network, and nothing else; Content.is_unchanged after a 304
reading = kind.read(content.data, source) # the same for an answer kept, or for a file that a person sends
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from django import forms

from funding.fetching import Client
from funding.models import Source
from funding.sources.reading import Content, Reading


class Kind(ABC):
    """A way to read a source. It holds no state: everything is in the source's row.

    name        stored in `Source.kind`
    label       for people
    form_class  form of what is set for this kind; its initial values come from `initial`, and `settings` gives back
                what goes to `Source.options` and `Source.mapping`
    """

    name: ClassVar[str]
    label: ClassVar[str]
    form_class: ClassVar[type[forms.Form]] = forms.Form

    @abstractmethod
    def fetch(self, source: Source, client: Client) -> Content:
        """Ask the source. Raises FetchError, or UnreadableSource for an answer that is no answer."""

    @abstractmethod
    def read(self, data: bytes, source: Source) -> Reading:
        """Understand an answer; reads places and schemes in the database, writes nothing. Raises UnreadableSource."""

    def initial(self, source: Source) -> dict[str, Any]:
        """What the form shows of a source."""
        return {**source.options, **({"mapping": source.mapping} if "mapping" in self.form_class.base_fields else {})}

    def settings(self, cleaned: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """From the form's cleaned data to `options` and `mapping` of the source."""
        options = {name: value for name, value in cleaned.items() if name != "mapping"}
        return options, cleaned.get("mapping") or {}
