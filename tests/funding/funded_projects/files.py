"""Small files in the form of the real ones: one with file numbers and SIREN, one with neither."""

from typing import Any

from django.utils import timezone

from funding.funded_projects import Plan, apply, preview
from funding.models import FundedProjectList
from ti_portal.core.spreadsheets import write_csv

NATIONAL = (
    "nom_region", "code_departement", "nom_departement", "code_commune", "nom_commune", "axe", "numero_demarche_ds",
    "nom_demarche_ds", "numero_dossier_ds", "nom_du_projet", "nom_beneficiaire_principal", "siren", "montant_engage",
)  # fmt: skip
REGIONAL = ("code_commune", "commune", "nom_projet", "beneficiaire", "montant_engage", "id_ti")
_LINE = {
    "nom_region": "Occitanie", "code_departement": "30", "nom_departement": "Gard", "code_commune": "30007",
    "nom_commune": "ALES", "axe": "1", "numero_demarche_ds": "7", "nom_demarche_ds": "Éclairage public",
    "nom_du_projet": "Des lampes sobres", "nom_beneficiaire_principal": "ALES", "siren": "213000078",
    "montant_engage": "1000.5",
}  # fmt: skip


def line(number: str = "100", **cells: str) -> dict[str, str]:
    return {**_LINE, "numero_dossier_ds": number, **cells}


def national(*lines: dict[str, str]) -> bytes:
    return write_csv(NATIONAL, [[row[name] for name in NATIONAL] for row in lines])


def regional(*rows: tuple) -> bytes:
    return write_csv(REGIONAL, rows)


def project_list(slug: str = "fonds-2023", **values: Any) -> FundedProjectList:
    values = {
        "name": f"Fonds {slug}", "vintage": "2023", "publisher": "Ministère", "licence": "Licence Ouverte 2.0",
        "source_url": "https://exemple.fr/liste", **values,
    }  # fmt: skip
    return FundedProjectList.objects.create(slug=slug, **values)


def load(content: bytes, row: FundedProjectList, **sent: Any) -> Plan:
    """Apply a file to a list; returns the plan that was applied."""
    row.refresh_from_db()
    plan = preview(content, project_list=row)
    apply(plan, project_list=row, at=timezone.now(), **sent)
    return plan
