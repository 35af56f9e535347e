"""The criteria of a scheme, shared between the columns that say them exactly and words among the conditions."""

from collections.abc import Iterable, Mapping

from funding.eligibility.codes import AudienceCode, CriterionKind, EuSize
from funding.models import Criterion, Scheme
from funding.national_schema import criteria as wordings
from funding.national_schema.texts import one_line, to_text
from funding.national_schema.vocabulary import TARGET_OF_AUDIENCE, TARGET_ORDER, TARGETS, legal_words
from funding.national_schema.words import told

NO_CONDITION = "Aucune condition n’est publiée : à vérifier auprès du porteur."
ALL_SECTORS = "tous secteurs d’activité"
SECTORS_OF_NAF = "secteurs des codes NAF indiqués"
_FIRM_ONLY = ([], [str(AudienceCode.FIRM)])
_NATIONAL_SIZES = (
    ("MIC", {EuSize.MICRO}),
    ("PME", {EuSize.SMALL, EuSize.MEDIUM}),
    ("ETI", {EuSize.MID_CAP}),
    ("GE", {EuSize.LARGE}),
)


class Typed:
    """`columns` holds what columns say; `place` the one condition of place; `conditions` writes the rest in words."""

    def __init__(self, rows: list[Criterion], names: Mapping[str, str]) -> None:
        self.names = names
        self.columns: dict[str, str] = {"cibles": "|".join(TARGET_ORDER), "ciblage_secteur_activite": ALL_SECTORS}
        self.in_words: list[Criterion] = []
        self.place: Criterion | None = None
        said: set[str] = set()
        for row in rows:
            put = _PUTTERS.get(CriterionKind(row.kind))
            is_first = row.kind not in said or row.kind in (CriterionKind.FREE_TEXT, CriterionKind.NAF)
            if put is None or not is_first or row.applies_to not in _FIRM_ONLY or not put(self, row):
                self.in_words.append(row)
            said.add(row.kind)

    def conditions(self, scheme: Scheme, *, has_date: bool, said: Iterable[str] = ()) -> str:
        """What no column says, one condition a line, after the scheme's own words and then `said`."""
        lines = to_text(scheme.eligibility_text).split("\n") if scheme.eligibility_text else []
        lines += [f"• {sentence}" for sentence in said]
        for row in sorted(self.in_words, key=lambda row: (row.position, row.pk or 0)):
            if row.text == wordings.NO_DATE and not has_date:
                continue
            text = told(row, self.names)
            if text and text not in "\n".join(lines):
                contact = f" (à vérifier auprès de : {row.contact})" if row.contact else ""
                lines.append(f"• {text}{contact}")
        return "\n".join(lines) or NO_CONDITION

    def put_audience(self, row: Criterion) -> bool:
        if not row.values or row.excluded or not row.is_hard:
            return False
        words = {TARGET_OF_AUDIENCE[AudienceCode(code)] for code in row.values}
        self.columns["cibles"] = "|".join(word for word in TARGET_ORDER if word in words)
        # The schema's four words are wider than ours: said exactly only when they hold all that they name.
        return is_whole(row.values, words)

    def put_size(self, row: Criterion) -> bool:
        left = {EuSize(code) for code in row.values}
        words = [word for word, sizes in _NATIONAL_SIZES if sizes <= left]
        if not row.is_hard or row.excluded or not left:
            return False
        if left != {size for word, sizes in _NATIONAL_SIZES if word in words for size in sizes}:
            return False
        self.columns["eligibilite_categorie_taille_entreprise"] = "|".join(words)
        # « PME » alone may be read with the microentreprises: the words beside tell.
        return not ("PME" in words and "MIC" not in words)

    def put_staff(self, row: Criterion) -> bool:
        return self._bounds(row, "eligibilite_effectif_minimal", "eligibilite_effectif_maximal")

    def put_age(self, row: Criterion) -> bool:
        return self._bounds(row, "eligibilite_annees_existence_minimal", "")

    def _bounds(self, row: Criterion, lower: str, upper: str) -> bool:
        if not row.is_hard or (row.upper is not None and not upper):
            return False
        for bound, column in ((row.lower, lower), (row.upper, upper)):
            if bound is not None:
                self.columns[column] = str(int(bound))
        return True

    def put_forms(self, row: Criterion) -> bool:
        values, excluded = legal_words(row.values), legal_words(row.excluded)
        if not row.is_hard or values is None or excluded is None:
            return False
        self.columns["eligibilite_forme_juridique"] = "|".join(values)
        self.columns["eligibilite_forme_juridique_exclusions"] = "|".join(excluded)
        return True

    def put_naf(self, row: Criterion) -> bool:
        if (row.values and "ciblage_naf" in self.columns) or (
            row.excluded and "ciblage_naf_exclusions" in self.columns
        ):
            return False
        if row.values:
            self.columns["ciblage_naf"] = "|".join(sorted(row.values))
            sectors = row.text.removeprefix(f"{wordings.PRIORITY_SECTORS} : ") if not row.is_hard else ""
            named = joined(sectors.split(", ")) if sectors and sectors != wordings.PRIORITY_SECTORS else ""
            self.columns["ciblage_secteur_activite"] = named or SECTORS_OF_NAF
        if row.excluded:
            self.columns["ciblage_naf_exclusions"] = "|".join(sorted(row.excluded))
        # The schema only calls these activities « prioritaires »: a condition that rejects is told in words too.
        return not (row.is_hard and row.values)

    def put_place(self, row: Criterion) -> bool:
        if not row.is_hard:
            return False
        self.place = row
        return True

    def put_free_text(self, row: Criterion) -> bool:
        """Conditions that a former import made from a column go back to their column."""
        for start, column in ((wordings.SECTORS, "ciblage_secteur_activite"), (wordings.PAYMENT, "chainage_paiement")):
            if row.text.startswith(start) and row.text.endswith("."):
                said = row.text.removeprefix(start)[:-1]
                self.columns[column] = joined(said.split(", ")) if column == "ciblage_secteur_activite" else said
                return True
        return row.text == wordings.MICRO_DOUBT


_PUTTERS = {
    CriterionKind.AUDIENCE: Typed.put_audience,
    CriterionKind.EU_SIZE: Typed.put_size,
    CriterionKind.STAFF_RANGE: Typed.put_staff,
    CriterionKind.FIRM_AGE: Typed.put_age,
    CriterionKind.LEGAL_FORM: Typed.put_forms,
    CriterionKind.NAF: Typed.put_naf,
    CriterionKind.PLACE: Typed.put_place,
    CriterionKind.FREE_TEXT: Typed.put_free_text,
}


def is_whole(codes: Iterable[str], words: set[str]) -> bool:
    whole = {str(code) for word in words for code in TARGETS[word]}
    return set(codes) == whole


def joined(values: Iterable[str]) -> str:
    return "|".join(text for value in values if (text := one_line(value.replace("|", "/"))))
