"""Typed criteria from the columns that can say one, and criteria « to check » for the rest."""

from funding.eligibility.codes import AudienceCode, CriterionKind, EuSize
from funding.eligibility.errors import RuleError
from funding.eligibility.naf import NAF_REV2_SECTIONS, normalised
from funding.national_schema import cells
from funding.national_schema.cells import Fault, Notes
from funding.national_schema.drafts import CriterionDraft
from funding.national_schema.texts import shortened
from funding.national_schema.vocabulary import SIZES, TARGETS, legal_prefixes, says_all_sectors

NO_DATE = "La source ne donne ni ouverture ni clôture : vérifiez que le dispositif est ouvert."
SECTORS = "Secteurs d’activité visés : "
PAYMENT = "Demande de paiement : réservée à qui a obtenu l’aide que la source identifie par "
PRIORITY_SECTORS = "Activités que la source dit prioritaires"
MICRO_DOUBT = "La source cite les PME sans citer les microentreprises : une microentreprise vérifie qu’elle est admise."
FIRM = (str(AudienceCode.FIRM),)


def to_check(text: str, contact: str, applies_to: tuple[str, ...] = ()) -> CriterionDraft:
    """A condition that only a person can settle."""
    return CriterionDraft(CriterionKind.FREE_TEXT, text=text, contact=contact[:200], applies_to=applies_to)


def of_row(row: dict[str, str], contact: str, notes: Notes) -> list[CriterionDraft]:
    """Every criterion that the columns tell, in a constant order; faults go to `notes`."""
    rows: list[CriterionDraft] = []
    with notes.faults("cibles"):
        rows += _audience(row["cibles"])
    # Conditions on the firm do not bind an association or a commune that the row also serves.
    only = FIRM if rows and rows[0].values != FIRM else ()
    with notes.faults("eligibilite_categorie_taille_entreprise"):
        rows += _sizes(row["eligibilite_categorie_taille_entreprise"], contact, only)
    rows += _staff(row, only, notes)
    rows += _naf(row, notes)
    rows += _sectors(row, contact)
    rows += _legal_forms(row, contact, only, notes)
    with notes.faults("eligibilite_annees_existence_minimal"):
        years = cells.integer(row["eligibilite_annees_existence_minimal"])
        if years:
            rows.append(CriterionDraft(CriterionKind.FIRM_AGE, lower=years, applies_to=only))
    if payment := row["chainage_paiement"]:
        rows.append(to_check(f"{PAYMENT}{shortened(payment, 100)}.", contact))
    return rows


def _audience(text: str) -> list[CriterionDraft]:
    codes: set[str] = set()
    for word in cells.listed(text):
        target = TARGETS.get(word.casefold())
        if target is None:
            raise Fault(f"« {shortened(word, 60)} » n’est pas une catégorie du schéma ({', '.join(TARGETS)})")
        codes |= {str(code) for code in target}
    return [CriterionDraft(CriterionKind.AUDIENCE, values=tuple(sorted(codes)))] if codes else []


def _sizes(text: str, contact: str, only: tuple[str, ...]) -> list[CriterionDraft]:
    words = [word.upper() for word in cells.listed(text)]
    unknown = [word for word in words if word not in SIZES]
    if unknown:
        raise Fault(f"« {shortened(unknown[0], 40)} » n’est pas une catégorie de taille (MIC, PME, ETI, GE)")
    sizes = {size for word in words for size in SIZES[word]}
    rows = []
    if sizes and sizes != set(EuSize):
        rows.append(
            CriterionDraft(CriterionKind.EU_SIZE, values=tuple(sorted(str(size) for size in sizes)), applies_to=only)
        )
    if "PME" in words and "MIC" not in words:
        rows.append(to_check(MICRO_DOUBT, contact, only))
    return rows


def _staff(row: dict[str, str], only: tuple[str, ...], notes: Notes) -> list[CriterionDraft]:
    bounds: dict[str, int | None] = {"minimal": None, "maximal": None}
    for end in bounds:
        column = f"eligibilite_effectif_{end}"
        with notes.faults(column):
            bounds[end] = cells.integer(row[column])
    lower, upper = bounds["minimal"] or None, bounds["maximal"]
    if lower is None and upper is None:
        return []
    if lower is not None and upper is not None and upper < lower:
        notes.refuse("eligibilite_effectif_maximal", "le maximum est plus petit que le minimum")
        return []
    return [CriterionDraft(CriterionKind.STAFF_RANGE, lower=lower, upper=upper, applies_to=only)]


def _naf_codes(row: dict[str, str], column: str, notes: Notes) -> set[str]:
    codes = set()
    for word in cells.listed(row[column]):
        try:
            code = normalised(word)
        except RuleError:
            code = ""
        if not code or (code[:2].isdigit() and code[:2] not in NAF_REV2_SECTIONS):
            notes.refuse(column, f"« {shortened(word, 20)} » n’est pas un code de la NAF rév. 2")
        else:
            codes.add(code)
    return codes


def _naf(row: dict[str, str], notes: Notes) -> list[CriterionDraft]:
    excluded = _naf_codes(row, "ciblage_naf_exclusions", notes)
    wanted = _naf_codes(row, "ciblage_naf", notes) - excluded
    rows = []
    if excluded:
        rows.append(CriterionDraft(CriterionKind.NAF, excluded=tuple(sorted(excluded))))
    if wanted:
        sectors = ", ".join(_sector_words(row))
        text = f"{PRIORITY_SECTORS} : {sectors}" if sectors else PRIORITY_SECTORS
        rows.append(CriterionDraft(CriterionKind.NAF, values=tuple(sorted(wanted)), is_hard=False, text=text))
    return rows


def _sector_words(row: dict[str, str]) -> list[str]:
    words = cells.listed(row["ciblage_secteur_activite"])
    return [] if any(says_all_sectors(word) for word in words) else words


def _sectors(row: dict[str, str], contact: str) -> list[CriterionDraft]:
    words = _sector_words(row)
    if not words or cells.listed(row["ciblage_naf"]):
        return []
    return [to_check(f"{SECTORS}{', '.join(words)}.", contact)]


def _legal_forms(row: dict[str, str], contact: str, only: tuple[str, ...], notes: Notes) -> list[CriterionDraft]:
    words = cells.listed(row["eligibilite_forme_juridique"])
    barred = cells.listed(row["eligibilite_forme_juridique_exclusions"])
    excluded = {prefix for word in barred for prefix in legal_prefixes(word) or ()}
    values = {prefix for word in words for prefix in legal_prefixes(word) or ()} - excluded
    # A micro-entrepreneur is an entrepreneur individuel: naming both says no more than naming the second.
    unread = [word for word in words if legal_prefixes(word) is None and not (_is_micro(word) and "1" in values)]
    rows: list[CriterionDraft] = []
    if unread:
        # A form that has no code could be the firm's own: nobody is rejected on half of the list.
        rows.append(to_check(f"Formes juridiques admises : {', '.join(words)}.", contact, only))
        values = set()
        notes.remark("eligibilite_forme_juridique", f"à vérifier par une personne : {', '.join(unread)[:200]}")
    elif words and not values:
        notes.refuse("eligibilite_forme_juridique", "les exclusions retirent toutes les formes")
    if values or excluded:
        rows.append(
            CriterionDraft(
                CriterionKind.LEGAL_FORM,
                values=tuple(sorted(values)),
                excluded=tuple(sorted(excluded)),
                applies_to=only,
            )
        )
    unread = [word for word in barred if legal_prefixes(word) is None]
    if unread:
        rows.append(to_check(f"Formes juridiques exclues : {', '.join(unread)}.", contact, only))
        notes.remark(
            "eligibilite_forme_juridique_exclusions", f"à vérifier par une personne : {', '.join(unread)[:200]}"
        )
    return rows


def _is_micro(word: str) -> bool:
    return word.casefold().replace("-", "").replace(" ", "") in ("microentrepreneur", "microentreprise")
