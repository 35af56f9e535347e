"""The kinds of sources. Adding one is one class under `kind.Kind`, and its line in `KINDS`.

kind = kind_of(source)
content = kind.fetch(source, client)         # the network, and nothing else; `is_unchanged` after a 304
reading = kind.read(content.data, source, at)  # the same for an answer kept, or for a file that a person sends
"""

from funding.models import Source
from funding.sources.aides_territoires.kinds import AidesTerritoires, AidesTerritoires1
from funding.sources.atom import Atom
from funding.sources.icalendar import ICalendar
from funding.sources.kind import Kind
from funding.sources.national_csv import NationalCsv
from funding.sources.reading import UnreadableSource
from funding.sources.spreadsheet.kinds import Spreadsheet

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (AidesTerritoires(), AidesTerritoires1(), NationalCsv(), Spreadsheet(), ICalendar(), Atom())
}
CHOICES: list[tuple[str, str]] = [(name, kind.label) for name, kind in KINDS.items()]


def kind_of(source: Source) -> Kind:
    """The kind of a source. Raises UnreadableSource when no class has its name any more."""
    try:
        return KINDS[source.kind]
    except KeyError as error:
        raise UnreadableSource(
            "unknown_kind", f"Le portail ne sait plus lire les sources de nature « {source.kind} »."
        ) from error
