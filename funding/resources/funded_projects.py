"""Funded projects as a table, to take away. They come in by the import of their list."""

from django.db.models import QuerySet

from funding.models import FundedProject
from ti_portal.core.table_resources import Column, TableResource


def with_facts(projects: QuerySet) -> QuerySet:
    return projects.select_related("list", "commune").order_by("list__name", "-amount", "pk")


class FundedProjectResource(TableResource):
    title = "Projets financés"
    file_name = "projets-finances"

    list_name = Column(column_name="Liste", attribute="list__name", readonly=True)
    vintage = Column(column_name="Millésime", attribute="list__vintage", readonly=True)
    licence = Column(column_name="Licence", attribute="list__licence", readonly=True)
    reference = Column(column_name="Numéro de dossier", attribute="reference", readonly=True)
    title_told = Column(column_name="Projet", attribute="title", readonly=True)
    beneficiary = Column(column_name="Bénéficiaire", attribute="beneficiary_shown", readonly=True)
    siren = Column(column_name="SIREN", attribute="siren", readonly=True)
    commune = Column(column_name="Commune", attribute="commune__name", readonly=True)
    commune_code = Column(column_name="Code commune de la source", attribute="commune_code", readonly=True)
    departement_code = Column(column_name="Département", attribute="departement_code", readonly=True)
    programme = Column(column_name="Programme ou mesure", attribute="programme", readonly=True)
    axis = Column(column_name="Axe", attribute="axis", readonly=True)
    amount = Column(column_name="Montant (€)", attribute="amount", readonly=True)
    gone_at = Column(column_name="Absent de la liste depuis", attribute="gone_at", readonly=True)

    class Meta(TableResource.Meta):
        model = FundedProject
