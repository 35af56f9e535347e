"""Funded projects as pages and files tell them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from funding.eligibility import french
from funding.models import FundedProject, FundedProjectList
from territories.models import Place

COLUMNS = (
    "Liste", "Millésime", "Éditeur", "Licence", "Publication", "Numéro de dossier", "Projet", "Bénéficiaire", "SIREN",
    "Commune", "Code de la commune", "Département", "Programme ou mesure", "Axe", "Montant (€)",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    title: str
    beneficiary: str
    commune: Place | None
    amount: str
    programme: str
    source: str


@dataclass(frozen=True)
class Source:
    """A list as its page must name it: what, when, whose, under which licence."""

    name: str
    slug: str
    vintage: str
    publisher: str
    licence: str
    url: str
    count: int
    total: str


def whole_euros(amount: Decimal) -> str:
    """« 2 840 963 € »: cents are in the files."""
    return french.euros(amount.quantize(Decimal(1), ROUND_HALF_UP))


def line(project: FundedProject, lists: dict[int, FundedProjectList]) -> Line:
    return Line(
        title=project.title,
        beneficiary=project.beneficiary_shown,
        commune=project.commune,
        amount=whole_euros(project.amount),
        programme=project.programme,
        source=lists[project.list_id].name,
    )


def sources(totals: Iterable[dict], lists: dict[int, FundedProjectList]) -> list[Source]:
    """From `FundedProjectQuerySet.totals_by_list`."""
    found = ((lists[row["list_id"]], row) for row in totals)
    return [
        Source(
            row.name, row.slug, row.vintage, row.publisher, row.licence, row.source_url,
            total["count"], whole_euros(total["total"]),
        )
        for row, total in found
    ]  # fmt: skip


def export_rows(projects: Iterable[FundedProject], lists: dict[int, FundedProjectList]) -> Iterator[tuple]:
    """Rows under `COLUMNS`, amounts to the cent."""
    for project in projects:
        source, commune = lists[project.list_id], project.commune
        yield (
            source.name, source.vintage, source.publisher, source.licence, source.source_url, project.reference,
            project.title, project.beneficiary_shown, project.siren, commune.name if commune else "",
            commune.short_code if commune else "", project.departement_code, project.programme, project.axis,
            project.amount,
        )  # fmt: skip
