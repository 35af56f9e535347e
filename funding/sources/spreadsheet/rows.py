"""One row of a spreadsheet to a draft."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from funding.eligibility import labels
from funding.eligibility.codes import AudienceCode, CriterionKind
from funding.enums import CallKind, LineOutcome, LinkKind, Role
from funding.national_schema import cells
from funding.national_schema.cells import Fault
from funding.national_schema.criteria import NO_DATE, to_check
from funding.national_schema.drafts import Body, CallDraft, CriterionDraft, Draft, LinkDraft
from funding.national_schema.mapping import MAX_NAME, MAX_PROGRAMME, MAX_SUMMARY, contact_of
from funding.national_schema.texts import one_line, shortened, to_html, to_text
from funding.national_schema.vocabulary import help_kind, is_silent_help
from funding.sources import answers
from funding.sources.fields import split
from funding.sources.reading import Entry, Problem
from funding.sources.spreadsheet.places import Places
from territories import rich_text
from ti_portal.core.text import fold

MAX_PLACES = 300
_AUDIENCES: dict[str, AudienceCode] = {
    **{fold(label): code for code, label in labels.AUDIENCES.items()},
    **dict.fromkeys(("entreprises", "pme", "tpe", "eti", "tpe pme", "industriels"), AudienceCode.FIRM),
    **dict.fromkeys(("intercommunalite", "intercommunalites", "epci"), AudienceCode.EPCI),
    "communes": AudienceCode.COMMUNE,
    "departements": AudienceCode.DEPARTMENT,
    "regions": AudienceCode.REGION,
    "associations": AudienceCode.ASSOCIATION,
    "particuliers": AudienceCode.INDIVIDUAL,
    **dict.fromkeys(("etablissements publics", "etablissement public", "syndicats mixtes"), AudienceCode.PUBLIC_BODY),
    "organismes de formation": AudienceCode.TRAINING_PROVIDER,
    **dict.fromkeys(("clusters", "cluster", "filieres", "poles de competitivite"), AudienceCode.CLUSTER),
}
_FIRM_SIZES = frozenset({"pme", "tpe", "eti", "tpe pme"})
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T]+(?:à )?(\d{1,2})[h:](\d{2})?(?::\d{2})?)?")


@dataclass(frozen=True)
class SourceRow:
    number: int
    cells: dict[str, str]

    def get(self, name: str) -> str:
        return one_line(self.cells.get(name, ""))

    def several(self, name: str) -> list[str]:
        parts = re.split(r"[;|\n]", self.cells.get(name, ""))
        return list(dict.fromkeys(one_line(part) for part in parts if one_line(part)))[:MAX_PLACES]


class Reader:
    def __init__(self, options: dict[str, Any], places: Places) -> None:
        self.options = options
        self.places = places

    def item(self, row: SourceRow) -> Entry | Problem:
        position, name = row.number, shortened(row.get("name"), MAX_NAME)
        key = shortened(row.get("key"), 200) or f"nom:{fold(name)}"[:200]
        if not name:
            return Problem(
                position, row.get("key")[:200], "(sans nom)", LineOutcome.REFUSED, ("La ligne n’a pas de nom.",)
            )
        included, lost = self._perimeter(row)
        if lost:
            return Problem(position, key, name, LineOutcome.UNPLACED, lost)
        remarks: list[str] = []
        return Entry(position, name, self._draft(row, key, name, included, remarks), tuple(dict.fromkeys(remarks)))

    def _perimeter(self, row: SourceRow) -> tuple[tuple[str, ...], tuple[str, ...]]:
        words = row.several("places")
        if not words:
            common = tuple(
                code for code in split(str(self.options.get("places") or "").upper()) if code in self.places.codes
            )
            return common, () if common else ("Ni la ligne ni la source ne disent où l’aide s’applique.",)
        found = [self.places.of(word) for word in words]
        lost = tuple(f"Lieux : {reason}." for _, reason in found if reason)
        return tuple(sorted({code for codes, _ in found for code in codes})), lost

    def _draft(self, row: SourceRow, key: str, name: str, included: tuple[str, ...], remarks: list[str]) -> Draft:
        roles = self._roles(row)
        contact = contact_of(roles)
        eligibility = _rich(row.cells.get("eligibility", ""))
        call, dated = self._call(row, remarks)
        criteria = self._criteria(row, contact, eligibility, remarks)
        if call is not None and call.is_permanent:
            criteria = [*criteria, to_check(NO_DATE, contact)] if criteria else []
        description = _rich(row.cells.get("description", ""))
        told: dict[str, Any] = {
            "summary": shortened(row.get("summary"), MAX_SUMMARY) or rich_text.to_summary(description, MAX_SUMMARY),
            "description": description,
            "eligibility_text": eligibility,
            "help_kinds": self._help_kinds(row, remarks),
            "programme": shortened(row.get("programme"), MAX_PROGRAMME),
            "criteria": tuple(dict.fromkeys(criteria)),
            "roles": roles,
            "links": self._links(row, remarks),
            "source_date": self._updated(row, remarks),
        }
        given = (
            {name for name, value in told.items() if value}
            | {"name", "included_codes"}
            | ({"calls"} if dated else set())
        )
        return Draft(
            key=key,
            name=name,
            included_codes=included,
            call=call,
            given=frozenset(given),
            link_kinds=(LinkKind.OFFICIAL, LinkKind.APPLY),
            **told,
        )

    def _roles(self, row: SourceRow) -> tuple[tuple[Body, str], ...]:
        funders = row.several("funders") or [word for word in [one_line(str(self.options.get("funder") or ""))] if word]
        pairs = [(name, Role.FUNDER) for name in funders] + [
            (name, Role.INSTRUCTOR) for name in row.several("instructors")
        ]
        bodies = [(Body(*cells.split_acronym(shortened(name, 200))), role) for name, role in pairs[:30]]
        return tuple(dict.fromkeys((body, str(role)) for body, role in bodies if body.folded))

    def _criteria(self, row: SourceRow, contact: str, eligibility: str, remarks: list[str]) -> list[CriterionDraft]:
        words = row.several("audiences")
        words = [part for word in words for part in re.split(r",\s*", word)]
        codes = {str(_AUDIENCES[fold(word)]) for word in words if fold(word) in _AUDIENCES}
        strange = [word for word in words if fold(word) not in _AUDIENCES]
        if not words:
            given = self.options.get("audiences")
            codes = {code for code in given if code in set(AudienceCode)} if isinstance(given, list) else set()
        rows = []
        if codes:
            rows.append(CriterionDraft(CriterionKind.AUDIENCE, values=tuple(sorted(codes)), is_hard=not strange))
        if strange:
            remarks.append(f"Public sans équivalent dans le portail : {shortened(', '.join(strange), 200)}.")
        # The portal's « firm » has no size: a narrower word is said, to be checked.
        if strange or any(fold(word) in _FIRM_SIZES for word in words):
            rows.append(to_check(f"Publics que la source vise : {shortened(', '.join(words), 1_000)}.", contact))
        if rows and (text := to_text(eligibility)):
            rows.append(to_check(shortened(text, 3_000), contact))
        return rows

    def _help_kinds(self, row: SourceRow, remarks: list[str]) -> tuple[str, ...]:
        words = [part for word in row.several("help_kinds") for part in re.split(r",\s*", word)]
        remarks += [
            f"Nature d’aide inconnue du portail, non reprise : « {shortened(word, 60)} »."
            for word in words
            if help_kind(word) is None and not is_silent_help(word)
        ]
        return tuple(sorted({str(kind) for word in words if (kind := help_kind(word))}))

    def _links(self, row: SourceRow, remarks: list[str]) -> tuple[LinkDraft, ...]:
        links = []
        for column, kind, label in (
            ("page", LinkKind.OFFICIAL, "Page officielle"),
            ("apply", LinkKind.APPLY, "Déposer une demande"),
        ):
            if address := answers.link(row.get(column)):
                links.append(LinkDraft(kind, address, label))
            elif row.get(column):
                remarks.append(f"Adresse illisible, non reprise : « {shortened(row.get(column), 80)} ».")
        return tuple(links)

    def _call(self, row: SourceRow, remarks: list[str]) -> tuple[CallDraft | None, bool]:
        """The call, and whether the row tells it: a date that cannot be read is not « no date »."""
        if not {"opens", "closes"} & row.cells.keys():
            return None, False
        try:
            opens, closes = cells.opening(_iso(row.get("opens"))), cells.closing(_iso(row.get("closes")))
        except Fault as fault:
            remarks.append(f"Dates : {fault}, non reprises.")
            return None, False
        if opens and closes and closes <= opens:
            remarks.append("La clôture ne suit pas l’ouverture : les dates ne sont pas reprises.")
            return None, False
        kind = CallKind.PROJECTS if "appel a projets" in fold(row.get("name")) else ""
        return CallDraft.between(opens, closes, kind=kind), True

    def _updated(self, row: SourceRow, remarks: list[str]) -> date | None:
        try:
            return cells.day_in_paris(_iso(row.get("updated")))
        except Fault as fault:
            remarks.append(f"Mise à jour : {fault}, non reprise.")
            return None


def _iso(text: str) -> str:
    """« 31/03/2027 » or « 31/03/2027 12h00 » as ISO 8601; anything else as it is."""
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return text
    day = f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}"
    return f"{day}T{int(found[4]):02d}:{found[5] or '00'}" if found[4] else day


def _rich(text: str) -> str:
    return answers.rich(to_html(text)) or ""
