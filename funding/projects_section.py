"""« Projets financés ici » on a territory's page: how many, how much, the largest, and whose word it is."""

from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from funding.models import FundedProject, FundedProjectList
from funding.presenters.funded_projects import line, sources, whole_euros
from funding.section_mark import DATA, key_of
from territories.enums import Wave
from territories.kept_sections import KeptSections
from territories.models import Territory
from territories.sections import Section, register

SHOWN = 5

_kept = KeptSections()


def load_funded_projects(territory: Territory, user: Any, today: date) -> dict[str, Any] | None:
    """None where no list has a project, and for a territory of the first wave. No query when the section is kept."""
    if territory.wave != Wave.CURRENT:
        return None
    return _kept.get((key_of(territory), territory.place.code), lambda: _section(territory))


def _section(territory: Territory) -> SafeString | None:
    found = FundedProject.objects.public().of_territory(territory.place.code)
    totals = list(found.totals_by_list())
    if not totals:
        return None
    lists = FundedProjectList.objects.in_bulk([row["list_id"] for row in totals])
    largest = found.largest_first().select_related("commune")[:SHOWN]
    context = {
        "place": territory.place,
        "count": sum(row["count"] for row in totals),
        "total": whole_euros(sum(row["total"] for row in totals)),
        "lines": [line(project, lists) for project in largest],
        "sources": sources(totals, lists),
        "page": f"{territory.place.get_absolute_url()}projets-finances/",
    }
    return SafeString(render_to_string("funding/sections/_territory_projects.html", context))


def register_funded_projects() -> None:
    register(
        Section(
            key="projets-finances",
            title="Projets financés ici",
            template="territories/sections/_kept.html",
            load=load_funded_projects,
            order=170,
            mark=DATA,
        )
    )
