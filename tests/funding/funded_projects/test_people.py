"""Who may be named, and who may not."""

import pytest

from funding.enums import BeneficiaryKind as Kind
from funding.funded_projects.people import HIDDEN, beneficiary, without_names

PRIVATE = "552100554"


@pytest.mark.parametrize(
    ("name", "siren", "category", "expected"),
    [
        ("ALES", "213000078", "", Kind.LEGAL_PERSON),
        ("M TSANGAMOUJI", "200008753", "", Kind.LEGAL_PERSON),
        ("SARL DURAND", "", "", Kind.LEGAL_PERSON),
        ("S.A.S. DURAND", "", "", Kind.LEGAL_PERSON),
        ("La Traverse (association)", PRIVATE, "", Kind.LEGAL_PERSON),
        ("ETABLISSEMENT PUBLIC FONCIER", "", "", Kind.LEGAL_PERSON),
        ("JEANNE DURAND", PRIVATE, "5710", Kind.LEGAL_PERSON),
        ("JEANNE DURAND", PRIVATE, "SAS", Kind.LEGAL_PERSON),
        # A sole trader has a SIREN too; nothing tells these from one.
        ("JEANNE DURAND", PRIVATE, "", Kind.WITHHELD),
        ("DURAND CONSTRUCTION", PRIVATE, "", Kind.WITHHELD),
        ("", PRIVATE, "", Kind.WITHHELD),
        ("", "", "", Kind.WITHHELD),
        ("SAS DURAND", PRIVATE, "1000", Kind.INDIVIDUAL),
        ("JEANNE DURAND", PRIVATE, "Entrepreneur individuel", Kind.INDIVIDUAL),
        ("Mme DURAND", "", "", Kind.INDIVIDUAL),
        ("M. et Mme Durand", "", "", Kind.INDIVIDUAL),
        ("EI DURAND", PRIVATE, "", Kind.INDIVIDUAL),
        ("Particulier", "", "", Kind.INDIVIDUAL),
        ("MADELEINE SAS", "", "", Kind.LEGAL_PERSON),
    ],
)
def test_a_name_is_kept_on_proof_only(name, siren, category, expected):
    who = beneficiary(name, siren, category, ())
    assert who.kind == expected
    assert (who.name, who.siren) == ((name, siren) if expected == Kind.LEGAL_PERSON else ("", ""))


def test_the_delegation_attests_by_siren_or_by_name():
    assert beneficiary("LABONAL", PRIVATE, "", {PRIVATE}).name == "LABONAL"
    assert beneficiary("Alto  Solution", "", "", {"alto solution"}).name == "Alto  Solution"
    assert beneficiary("ALTO SOLUTIONS", "", "", {"alto solution"}).name == ""


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Isolation de la maison de Mme Durand", f"Isolation de la maison de {HIDDEN}"),
        ("Serre de M. et Mme DURAND-MARTIN à Alès", f"Serre de {HIDDEN} à Alès"),
        ("Ferme de Monsieur Jean Durand", f"Ferme de {HIDDEN}"),
        ("École publique M. Paul : rénovation", "École publique M. Paul : rénovation"),
        ("Voirie, rue Madame Curie", "Voirie, rue Madame Curie"),
        ("Réseau M.A.M. et logements", "Réseau M.A.M. et logements"),
        ("Pose de 20 m Linéaires", "Pose de 20 m Linéaires"),
    ],
)
def test_titles_lose_the_persons_they_name(title, expected):
    assert without_names(title) == expected


def test_the_name_of_a_withheld_beneficiary_leaves_the_title_in_any_order():
    title = "Atelier Jeanne DURAND, dit Durand-Jeanne"
    assert without_names(title, withheld="DURAND JEANNE") == f"Atelier {HIDDEN}, dit {HIDDEN}"
