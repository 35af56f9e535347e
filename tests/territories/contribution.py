"""Pages by which a territory is kept up to date: their addresses, a filled form, versions written."""

from datetime import timedelta

from django.urls import reverse

from territories.models import TerritoryProfile
from territories.profiles import Document, update_profile
from tests.territories.people import NOW


def url(name, where, **kwargs):
    return reverse(f"territories:{name}", kwargs={"code": where.place.code.lower(), **kwargs})


def filled(version, presentation="", sectors=(), links=(), **extra):
    rows = {"links-TOTAL_FORMS": str(len(links) + 2), "links-INITIAL_FORMS": "0"}
    for index, (label, address) in enumerate(links):
        rows |= {f"links-{index}-label": label, f"links-{index}-url": address}
    return {"version": str(version), "presentation": presentation, "sectors": list(sectors), **rows, **extra}


def write(where, version, actor=None, minutes=0, **changes):
    return update_profile(
        territory_id=where.pk,
        changes=changes,
        based_on_version=version,
        actor=actor,
        at=NOW + timedelta(minutes=minutes),
    )


def stored(where):
    return Document.of(TerritoryProfile.objects.get(territory=where))
