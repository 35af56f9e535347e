"""A file, read: projects as they would be written, and what is to be said of each row."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256

from funding.enums import BeneficiaryKind
from funding.funded_projects import cells
from funding.funded_projects.columns import Columns, recognised
from funding.funded_projects.people import beneficiary, without_names
from funding.funded_projects.places import Gazetteer
from ti_portal.core.spreadsheets import Table, read_table
from ti_portal.core.text import fold

MAX_ROWS = 100_000
MAX_BYTES = 15 * 1024 * 1024
_LENGTHS = {"title": 500, "beneficiary": 200, "programme": 200, "axis": 100, "reference": 60, "commune_code": 20}


@dataclass(frozen=True, slots=True)
class Draft:
    """The values of a project, in the order of the model's fields. Hashable: equal drafts say the same."""

    key: str
    reference: str
    title: str
    beneficiary_kind: str
    beneficiary: str
    siren: str
    commune_id: int | None
    commune_code: str
    departement_code: str
    amount: Decimal
    programme: str
    axis: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file that becomes a project. `by_former_code`: its commune is known by the code it had."""

    number: int
    draft: Draft
    by_former_code: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be said of a row. `kind` is one of NOTES. `title` is without names, as it is kept."""

    number: int
    kind: str
    title: str
    reason: str


REFUSED, UNPLACED, NO_NAME, REMARK = "refused", "unplaced", "no_name", "remark"
# The gravest first.
NOTES = {
    REFUSED: "Refusée",
    UNPLACED: "Sans lieu reconnu",
    REMARK: "Remarque",
    NO_NAME: "Nom retenu",
}


@dataclass(frozen=True, slots=True)
class Withheld:
    """A beneficiary that nothing proves to be a legal person. Shown to who sent the file, never written.

    `word` is what the list remembers when somebody attests it: its SIREN, else its folded name.
    """

    word: str
    name: str
    siren: str


@dataclass(frozen=True)
class Sheet:
    columns: Columns
    lines: tuple[Line, ...] = ()
    notes: tuple[Note, ...] = ()
    withheld: tuple[Withheld, ...] = ()


@dataclass
class _Row:
    """One row while it is read."""

    number: int
    record: Mapping[str, str]
    columns: Columns
    notes: list[tuple[str, str]] = field(default_factory=list)
    withheld: Withheld | None = None

    def cell(self, name: str) -> str:
        header = self.columns.headers.get(name)
        return self.record[header] if header else ""

    def text(self, name: str) -> str:
        text = cells.told(self.cell(name))
        limit = _LENGTHS[name]
        if len(text) > limit:
            self.notes.append((REMARK, f"le texte de « {self.columns.headers[name]} » est coupé à {limit} signes"))
            text = text[: limit - 1].rstrip() + "…"
        return text

    def note(self, kind: str, reason: object) -> None:
        self.notes.append((kind, str(reason)))


def read(content: bytes, *, remembered: Mapping[str, str], attested: Collection[str], places: Gazetteer) -> Sheet:
    """Read a file of funded projects. Raises UnreadableTable when it cannot be used at all."""
    table = read_table(content, max_rows=MAX_ROWS, max_bytes=MAX_BYTES)
    return mapped(table, remembered=remembered, attested=attested, places=places)


def mapped(table: Table, *, remembered: Mapping[str, str], attested: Collection[str], places: Gazetteer) -> Sheet:
    columns = recognised(table.headers, remembered)
    lines: list[Line] = []
    notes: list[Note] = []
    withheld: dict[str, Withheld] = {}
    for number, record in table.records():
        row = _Row(number, record, columns)
        line = _line(row, frozenset(attested), places)
        if line is not None:
            lines.append(line)
        title = line.draft.title if line else without_names(cells.told(row.cell("title")))[:120]
        if row.withheld is not None:
            withheld.setdefault(row.withheld.word, row.withheld)
        notes += [Note(number, kind, title, f"{reason}.") for kind, reason in row.notes]
    return Sheet(columns, tuple(lines), tuple(notes), tuple(sorted(withheld.values(), key=lambda who: who.name)))


def _line(row: _Row, attested: frozenset[str], places: Gazetteer) -> Line | None:
    title = row.text("title")
    try:
        amount = cells.amount(row.cell("amount"))
    except cells.Fault as fault:
        row.note(REFUSED, fault)
        amount = None
    if not title:
        row.note(REFUSED, "le nom du projet manque")
    who, name = _who(row, attested)
    departement = _departement(row, places)
    code = cells.commune(row.cell("commune_code"), departement)[: _LENGTHS["commune_code"]]
    found = places.commune(code)
    if code and found.commune is None:
        row.note(UNPLACED, places.why_not(code))
    elif not code and not departement:
        row.note(UNPLACED, "ni commune ni département")
    if amount is None or not title:
        return None
    shown = without_names(title, withheld="" if who.name else name)[: _LENGTHS["title"]]
    reference, programme = row.text("reference"), row.text("programme")
    draft = Draft(
        key=_key(reference, title, code, departement, programme),
        reference=reference,
        title=shown,
        beneficiary_kind=who.kind,
        beneficiary=who.name,
        siren=who.siren,
        commune_id=found.commune,
        commune_code=code,
        departement_code=departement or places.departement_of.get(found.commune or 0, ""),
        amount=amount,
        programme=programme,
        axis=row.text("axis"),
    )
    return Line(row.number, draft, found.by_former_code)


def _who(row: _Row, attested: frozenset[str]):
    name = row.text("beneficiary")
    try:
        siren = cells.siren(row.cell("siren"))
    except cells.Fault as fault:
        row.note(REMARK, fault)
        siren = ""
    who = beneficiary(name, siren, cells.told(row.cell("legal_category")), attested)
    if who.kind == BeneficiaryKind.WITHHELD and (name or siren):
        row.withheld = Withheld(siren or fold(name)[:200], name, siren)
        row.note(NO_NAME, "rien ne prouve que le bénéficiaire est une personne morale, son nom n’est pas gardé")
    return who, name


def _departement(row: _Row, places: Gazetteer) -> str:
    code = cells.departement(row.cell("departement_code"))
    if code and code not in places.departements:
        row.note(REMARK, f"« {code[:20]} » n’est pas un département, il n’est pas repris")
        return ""
    return code


def _key(reference: str, title: str, *others: str) -> str:
    """The publisher's own number; without one, a digest of what tells the project and does not change from one edition
    to the next: never the amount, nor what is told of the beneficiary.
    """
    if any(sign.isdigit() for sign in reference):
        return fold(reference)[:80]
    return "~" + sha256("\x1f".join((fold(title), *others)).encode()).hexdigest()[:40]
