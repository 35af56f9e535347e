from datetime import UTC, date, datetime

import pytest

from funding.national_schema.drafts import CallDraft
from funding.national_schema.mapping import mapped
from funding.national_schema.reading import SheetRow
from tests.funding.national_schema.files import row

PLACES = {"PAYS-99100", "REG-76", "REG-93", "DEP-2A", "COM-30007"}
FREE, FIRM = "free_text", ("firm",)


def read(**cells):
    return mapped(SheetRow(2, row(**cells)), PLACES)


def criteria(kind, **cells):
    found = read(**cells)
    assert found.draft, found.reasons
    return [item for item in found.draft.criteria if item.kind == kind]


def test_a_plain_row():
    draft = read().draft
    assert (draft.name, draft.summary) == ("Aide aux essais n° 1", "Essayez, votre entreprise y gagne")
    assert draft.description.startswith("<p>Un texte</p><ul><li><p>un « premier » point")
    assert draft.help_kinds == ("engineering", "grant")
    assert draft.included_codes == ("PAYS-99100",)
    assert draft.source_date == date(2026, 10, 6)
    assert [(body.shown, role) for body, role in draft.roles] == [("ADE", "instructor"), ("ADE", "funder")]
    assert [link.url for link in draft.links] == ["https://exemple.fr/aides/1"]


def test_words_become_a_condition_to_check_with_who_instructs():
    words, dates = criteria(FREE)
    assert words.text == "• Avoir un projet d’essai\n• Ne pas l’avoir commencé"
    assert (words.contact, words.is_hard) == ("ADE", True)
    assert dates.text.startswith("La source ne donne ni ouverture ni clôture")


@pytest.mark.parametrize(
    ("targets", "audiences"),
    [
        ("professionnels", {"firm"}),
        ("professionnels|associations", {"firm", "association"}),
        ("secteur public", {"epci", "commune", "department", "region", "public_body"}),
        ("Particuliers", {"individual"}),
    ],
)
def test_targets_become_audiences(targets, audiences):
    (item,) = criteria("audience", cibles=targets)
    assert set(item.values) == audiences


@pytest.mark.parametrize(
    ("sizes", "kept", "doubt"),
    [
        ("MIC", {"micro"}, False),
        ("MIC|PME", {"micro", "small", "medium"}, False),
        ("PME", {"micro", "small", "medium"}, True),
        ("ETI|GE", {"mid_cap", "large"}, False),
        ("PME|ETI", {"micro", "small", "medium", "mid_cap"}, True),
    ],
)
def test_sizes_are_those_of_insee(sizes, kept, doubt):
    (item,) = criteria("eu_size", eligibilite_categorie_taille_entreprise=sizes)
    assert set(item.values) == kept
    texts = [item.text for item in criteria(FREE, eligibilite_categorie_taille_entreprise=sizes)]
    assert any("microentreprise vérifie" in text for text in texts) is doubt


def test_every_size_is_no_condition():
    assert criteria("eu_size", eligibilite_categorie_taille_entreprise="MIC|PME|ETI|GE") == []


@pytest.mark.parametrize(
    ("lowest", "highest", "bounds"),
    [("10", "249", (10, 249)), ("10", "", (10, None)), ("", "49", (None, 49)), ("0", "9", (None, 9))],
)
def test_staff(lowest, highest, bounds):
    (item,) = criteria("staff_range", eligibilite_effectif_minimal=lowest, eligibilite_effectif_maximal=highest)
    assert (item.lower, item.upper) == bounds


def test_conditions_of_firms_do_not_bind_others():
    (item,) = criteria("staff_range", eligibilite_effectif_minimal="10", cibles="professionnels|associations")
    assert item.applies_to == FIRM


def test_priority_activities_are_said_and_excluded_ones_reject():
    excluded, wanted = criteria(
        "naf",
        ciblage_naf="C|25.62B|55|56.1",
        ciblage_naf_exclusions="25.6|55",
        ciblage_secteur_activite="industrie|IAA",
    )
    assert (excluded.excluded, excluded.is_hard) == (("25.6", "55"), True)
    assert (wanted.values, wanted.is_hard) == (("25.62B", "56.1", "C"), False)
    assert wanted.text.endswith("industrie, IAA")


def test_sectors_in_words_are_to_be_checked():
    texts = [item.text for item in criteria(FREE, ciblage_secteur_activite="agriculture|IAA")]
    assert "Secteurs d’activité visés : agriculture, IAA." in texts


@pytest.mark.parametrize(
    ("forms", "barred", "values", "excluded"),
    [
        ("SARL|SAS", "", ("54", "57"), ()),
        ("EI|Microentrepreneur|SA", "", ("1", "55", "56"), ()),
        ("SARL", "EURL", ("54",), ("5498",)),
        ("", "SNC|SCA", (), ("52", "5308", "5309")),
    ],
)
def test_legal_forms(forms, barred, values, excluded):
    (item,) = criteria("legal_form", eligibilite_forme_juridique=forms, eligibilite_forme_juridique_exclusions=barred)
    assert (item.values, item.excluded) == (values, excluded)


@pytest.mark.parametrize(
    ("column", "forms", "said"),
    [
        ("eligibilite_forme_juridique", "SARL|Coopérative d’essai", "admises : SARL, Coopérative d’essai."),
        ("eligibilite_forme_juridique", "Microentrepreneur", "admises : Microentrepreneur."),
        ("eligibilite_forme_juridique_exclusions", "Microentrepreneur", "exclues : Microentrepreneur."),
    ],
)
def test_a_legal_form_without_a_code_rejects_nobody_and_is_to_be_checked(column, forms, said):
    assert criteria("legal_form", **{column: forms}) == []
    assert any(item.text.endswith(said) for item in criteria(FREE, **{column: forms}))


def test_age_and_payment_request():
    (item,) = criteria("firm_age", eligibilite_annees_existence_minimal="2")
    assert item.lower == 2
    assert any("DSP000123" in item.text for item in criteria(FREE, chainage_paiement="DSP000123"))


def test_places_unknown_are_listed_and_excluded_ones_unknown_are_to_be_checked():
    found = read(
        eligibilite_geographique="REG-76|COM-987|DEP-2A", eligibilite_geographique_exclusions="COM-30007|COM-00000"
    )
    assert found.draft.included_codes == ("DEP-2A", "REG-76")
    assert found.draft.excluded_codes == ("COM-30007",)
    assert len(found.remarks) == 2
    assert "COM-987" in found.remarks[0]
    assert any("COM-00000" in item.text for item in found.draft.criteria)


def test_dates():
    assert read().draft.call == CallDraft()
    assert read(date_ouverture="2026-01-05").draft.call == CallDraft.between(datetime(2026, 1, 4, 23, tzinfo=UTC), None)
    closed = read(date_ouverture="2026-01-05", date_cloture="2026-01-05").draft.call
    assert closed.rounds[0].closes_at == datetime(2026, 1, 5, 22, 59, 59, tzinfo=UTC)


def test_legal_bases_become_links_and_words():
    basis = "[{ libelle: 'Arrêté d’essai', lien: 'https://exemple.fr/arrete' }, { libelle: 'Usage', lien: '' }]"
    draft = read(base_juridique=basis).draft
    assert draft.legal_basis == "Arrêté d’essai | Usage"
    assert [(link.kind, link.url) for link in draft.links][1:] == [("legal", "https://exemple.fr/arrete")]


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("id", "DSP000123", "n’est pas un identifiant UUID"),
        ("titre", "", "la cellule est vide"),
        ("eligibilite", "", "la cellule est vide"),
        ("porteurs", "ADEME", "n’est pas une liste d’objets"),
        ("porteurs", "[]", "de 1 à 30 porteurs"),
        ("porteurs", '[{"siren":"552100554"}]', "n’a pas de nom"),
        ("url_source", "exemple.fr", "adresse http ou https"),
        ("cibles", "professionnels|tout le monde", "n’est pas une catégorie du schéma"),
        ("eligibilite_geographique", "COM-987", "aucun de ces lieux"),
        ("eligibilite_geographique_exclusions", "PAYS-99100", "les exclusions retirent tous les lieux"),
        ("date_cloture", "bientôt", "n’est pas une date"),
        ("date_mise_a_jour", "06/10/2025", "n’est pas une date"),
        ("eligibilite_effectif_minimal", "dix", "nombre entier"),
        ("eligibilite_categorie_taille_entreprise", "TPE", "catégorie de taille"),
        ("ciblage_naf", "Z", "NAF"),
        ("ciblage_secteur_activite", "", "la cellule est vide"),
        ("ciblage_naf_exclusions", "04.1", "NAF"),
    ],
)
def test_what_contradicts_the_schema_refuses_the_row(column, cell, reason):
    found = read(**{column: cell})
    assert found.draft is None
    assert any(reason in sentence and column.split("_exclusions")[0] in sentence for sentence in found.reasons)


def test_bounds_in_disorder_refuse_the_row():
    found = read(eligibilite_effectif_minimal="50", eligibilite_effectif_maximal="10")
    assert found.reasons == (
        "Effectif maximal (eligibilite_effectif_maximal) : le maximum est plus petit que le minimum.",
    )
    found = read(date_ouverture="2026-02-01", date_cloture="2026-01-01")
    assert found.reasons == ("Date de clôture (date_cloture) : la clôture ne suit pas l’ouverture.",)


@pytest.mark.parametrize(
    ("column", "cell", "remark"),
    [
        ("types_aides", "financement|troc", "« troc » n’a pas d’équivalent"),
        ("description", "mot " * 1300, "5 000 signes"),
        ("promesse", "mot " * 100, "il est coupé"),
        ("porteurs", '[{"nom":"ADE","siren":"123456789","roles":["instructeur","mécène"]}]', "rôle inconnu"),
    ],
)
def test_what_is_not_kept_is_said(column, cell, remark):
    found = read(**{column: cell})
    assert found.draft is not None
    assert any(remark in sentence for sentence in found.remarks)
