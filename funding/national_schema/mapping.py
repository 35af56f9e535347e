"""From a row of the national schema to the draft of a scheme. Pure: no database, no clock.

What a column says exactly becomes a typed criterion. What it says in words becomes a criterion « à vérifier auprès
de … », so that nothing passes in silence. What contradicts the schema refuses the row, with its reason.

* `ciblage_naf` names activities « prioritairement ciblées »: being elsewhere is said and does not reject.
  `ciblage_naf_exclusions` rejects.
* `PME` without `MIC`: the law counts microentreprises among PME, the list may not. They are admitted, and told to ask.
* A date without hour is a day in Paris, and so is an instant that is midnight there, which is how programs write a day:
  a closing day counts to its end.
* No date at all: a permanent call, with « check that it is open » among the conditions.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from funding.enums import LinkKind, Role
from funding.national_schema import cells, criteria
from funding.national_schema.cells import Fault, Notes
from funding.national_schema.columns import MAX_DESCRIPTION, MAX_PROMISE, REQUIRED
from funding.national_schema.drafts import Body, CallDraft, CriterionDraft, Draft, LinkDraft
from funding.national_schema.literals import LiteralError, read_objects
from funding.national_schema.reading import SheetRow
from funding.national_schema.texts import one_line, shortened, to_html, to_text
from funding.national_schema.vocabulary import help_kind, is_silent_help, role

MAX_NAME = 250
MAX_SUMMARY = 300
MAX_PROGRAMME = 200
MAX_LEGAL_BASIS = 500
MAX_BODIES = 30
SOURCE_LABEL = "Page de la source"
SEPARATOR = " | "


@dataclass(frozen=True)
class Mapped:
    """`draft` is None when the row is refused, and then `reasons` says why. `remarks` say what was not kept."""

    number: int
    key: str
    title: str
    draft: Draft | None
    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = field(default=())


def mapped(row: SheetRow, places: Collection[str]) -> Mapped:
    """Read a row, `places` being the codes of places that exist. French sentences for refusals and remarks."""
    notes = Notes()
    title = one_line(row.cells["titre"])
    key = row.cells["id"].strip().lower()
    for name in REQUIRED:
        # A column that a later version made required may be absent from the file.
        if not row.cells[name] and name not in row.absent:
            notes.refuse(name, "la cellule est vide")
    draft = _draft(row.cells, key, title, places, notes) if not notes.reasons else None
    return Mapped(
        row.number,
        key,
        shortened(title, MAX_NAME),
        None if notes.reasons else draft,
        tuple(notes.reasons),
        tuple(notes.remarks),
    )


def _draft(row: dict[str, str], key: str, title: str, places: Collection[str], notes: Notes) -> Draft | None:
    with notes.faults("id"):
        cells.check_uuid(key)
    roles = _roles(row, notes)
    contact = contact_of(roles)
    included, excluded, lost = _perimeter(row, places, notes)
    call = _call(row, notes)
    updated = None
    with notes.faults("date_mise_a_jour"):
        updated = cells.day_in_paris(row["date_mise_a_jour"])
    eligibility = to_html(row["eligibilite"])
    rows = criteria.of_row(row, contact, notes)
    words = to_text(eligibility)
    if words:
        rows.append(criteria.to_check(words, contact))
    if lost:
        rows.append(
            criteria.to_check(f"Lieux exclus par la source et inconnus du portail : {', '.join(lost)}.", contact)
        )
    if call is not None and call.is_permanent:
        rows.append(criteria.to_check(criteria.NO_DATE, contact))
    links, basis = _links(row, notes)
    return Draft(
        key=key,
        name=_short("titre", title, MAX_NAME, notes),
        summary=_summary(row["promesse"], notes),
        description=_description(row["description"], notes),
        eligibility_text=eligibility,
        help_kinds=_help_kinds(row["types_aides"], notes),
        programme=_short(
            "programmes_parents", SEPARATOR.join(cells.listed(row["programmes_parents"])), MAX_PROGRAMME, notes
        ),
        legal_basis=_short("base_juridique", basis, MAX_LEGAL_BASIS, notes),
        included_codes=included,
        excluded_codes=excluded,
        criteria=_unique(rows),
        roles=roles,
        links=links,
        call=call,
        source_date=updated,
    )


def _unique(rows: list[CriterionDraft]) -> tuple[CriterionDraft, ...]:
    return tuple(dict.fromkeys(rows))


def _short(name: str, text: str, length: int, notes: Notes) -> str:
    if len(text) > length:
        notes.remark(name, f"le texte dépasse {length} signes, il est coupé")
    return shortened(text, length)


def _summary(text: str, notes: Notes) -> str:
    text = one_line(text)
    if MAX_PROMISE < len(text) <= MAX_SUMMARY:
        notes.remark("promesse", f"le texte dépasse les {MAX_PROMISE} signes du schéma, il est gardé entier")
    return _short("promesse", text, MAX_SUMMARY, notes)


def _description(text: str, notes: Notes) -> str:
    if len(text) > MAX_DESCRIPTION:
        notes.remark("description", "le texte dépasse les 5 000 signes du schéma, il est gardé entier")
    return to_html(text)


def _help_kinds(text: str, notes: Notes) -> tuple[str, ...]:
    kinds = set()
    for word in cells.listed(text):
        kind = help_kind(word)
        if kind:
            kinds.add(str(kind))
        elif not is_silent_help(word):
            notes.remark("types_aides", f"« {shortened(word, 60)} » n’a pas d’équivalent dans le portail")
    return tuple(sorted(kinds))


def _roles(row: dict[str, str], notes: Notes) -> tuple[tuple[Body, str], ...]:
    try:
        objects = read_objects(row["porteurs"])
    except LiteralError:
        notes.refuse("porteurs", "ce n’est pas une liste d’objets { nom, siren, roles }")
        return ()
    if not objects or len(objects) > MAX_BODIES:
        notes.refuse("porteurs", f"il faut de 1 à {MAX_BODIES} porteurs")
        return ()
    found: dict[tuple[str, str], tuple[Body, str]] = {}
    for item in objects:
        body = _body(item, notes)
        if body is None:
            continue
        given = item.get("roles", item.get("rôles", item.get("role", [])))
        words = [given] if isinstance(given, str) else given
        codes = []
        for word in words if isinstance(words, list) else []:
            code = role(word) if isinstance(word, str) else None
            if code:
                codes.append(str(code))
            else:
                notes.remark("porteurs", f"rôle inconnu pour {body.shown} : « {shortened(str(word), 40)} »")
        if not codes:
            notes.remark("porteurs", f"aucun rôle connu pour {body.shown}, qui n’est pas repris")
        for code in codes:
            found.setdefault((body.siren or body.folded, code), (body, code))
    return tuple(found.values())


def _body(item: dict, notes: Notes) -> Body | None:
    given = item.get("nom")
    name = one_line(given) if isinstance(given, str) else ""
    if not name:
        notes.refuse("porteurs", "un porteur n’a pas de nom")
        return None
    name, acronym = cells.split_acronym(name)
    siren = item.get("siren") or ""
    try:
        siren = cells.siren(siren)
    except Fault as fault:
        notes.remark("porteurs", f"{shortened(name, 60)} : {fault}")
        siren = ""
    return Body(_short("porteurs", name, 200, notes), acronym, siren)


def contact_of(roles: tuple[tuple[Body, str], ...]) -> str:
    """Whom to ask: who instructs, or else who funds, or else the first one named."""
    for wanted in (Role.INSTRUCTOR, Role.FUNDER, None):
        for body, code in roles:
            if wanted in (code, None):
                return body.shown
    return ""


def _perimeter(row: dict[str, str], places: Collection[str], notes: Notes) -> tuple[tuple[str, ...], ...]:
    """Codes included, codes excluded, and excluded codes that no place has."""
    included, unknown = cells.place_codes(row["eligibilite_geographique"], places)
    excluded, lost = cells.place_codes(row["eligibilite_geographique_exclusions"], places)
    if unknown:
        notes.remark("eligibilite_geographique", f"lieux inconnus du portail, non repris : {', '.join(unknown)}")
    if lost:
        notes.remark("eligibilite_geographique_exclusions", f"lieux inconnus du portail : {', '.join(lost)}")
    kept = tuple(code for code in included if code not in excluded)
    if not included:
        notes.refuse("eligibilite_geographique", "aucun de ces lieux n’est connu du portail")
    elif not kept:
        notes.refuse("eligibilite_geographique", "les exclusions retirent tous les lieux")
    return kept, excluded, lost


def _call(row: dict[str, str], notes: Notes) -> CallDraft | None:
    opens_at = closes_at = None
    with notes.faults("date_ouverture"):
        opens_at = cells.opening(row["date_ouverture"])
    with notes.faults("date_cloture"):
        closes_at = cells.closing(row["date_cloture"])
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        notes.refuse("date_cloture", "la clôture ne suit pas l’ouverture")
        return None
    return CallDraft.between(opens_at, closes_at)


def _links(row: dict[str, str], notes: Notes) -> tuple[tuple[LinkDraft, ...], str]:
    links: dict[tuple[str, str], LinkDraft] = {}
    if row["url_source"]:
        with notes.faults("url_source"):
            address = cells.address(row["url_source"])
            links[LinkKind.OFFICIAL, address] = LinkDraft(LinkKind.OFFICIAL, address, SOURCE_LABEL)
    labels: list[str] = []
    if row["base_juridique"]:
        try:
            objects = read_objects(row["base_juridique"])
        except LiteralError:
            notes.remark("base_juridique", "ce n’est pas une liste d’objets { libelle, lien } : gardé comme un texte")
            return tuple(links.values()), one_line(row["base_juridique"])
        for item in objects[:MAX_BODIES]:
            label = one_line(str(item.get("libelle") or item.get("libellé") or ""))
            labels += [label] if label else []
            address = item.get("lien") or ""
            if not address:
                continue
            try:
                address = cells.address(str(address))
            except Fault as fault:
                notes.remark("base_juridique", str(fault))
                continue
            links.setdefault(
                (LinkKind.LEGAL, address), LinkDraft(LinkKind.LEGAL, address, shortened(label or address, 200))
            )
    return tuple(links.values()), SEPARATOR.join(dict.fromkeys(labels))
