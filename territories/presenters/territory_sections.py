"""The sections that `territories` itself gives to a territory's page."""

from datetime import date

from django.utils.html import format_html, format_html_join

from territories.enums import Sector, Wave
from territories.models import Territory
from territories.presenters.maps import draw
from territories.presenters.territory import TerritoryFacts, facts_of
from territories.rich_text import sanitise
from territories.sections import Section, register


def presentation(territory: Territory, user, today: date) -> dict | None:
    """What the people of the territory wrote. Cleaned again when shown, whatever wrote it."""
    profile = getattr(territory, "profile", None)
    if profile is None:
        return None
    content = {
        "presentation": sanitise(profile.presentation) if profile.presentation else "",
        "sectors": [Sector(code).label for code in profile.sectors if code in Sector.values],
        "links": [link for link in profile.links if str(link.get("url", "")).startswith(("https://", "http://"))],
    }
    return {**content, "updated_at": profile.updated_at} if any(content.values()) else None


def members(territory: Territory, user, today: date) -> dict | None:
    facts = facts_of(territory, today)
    if not facts.members:
        return None
    return {
        "members": facts.members,
        "commune_count": facts.commune_count,
        "has_communes": any(member.communes for member in facts.members),
        "edition": facts.edition,
        "map": drawn_map(facts),
    }


def drawn_map(facts: TerritoryFacts) -> dict | None:
    """The territory, its members numbered as in the table, and its neighbours around, each a link."""
    shapes = facts.map
    if shapes is None:
        return None
    neighbours = [(place.get_absolute_url(), place.name, shapes.backdrop.get(place.pk)) for place in facts.neighbours]
    own = shapes.shapes.get(facts.territory.place_id)
    drawn = [(member, shapes.shapes.get(member.place.pk)) for member in facts.members]
    drawing = format_html(
        '<g class="map__around">{}</g>{}<g class="map__places">{}</g><g class="map__numbers" aria-hidden="true">{}</g>',
        draw(neighbours),
        format_html('<path class="map__own" d="{}"/>', own.path) if own else "",
        draw((member.url, member.place.name, shape) for member, shape in drawn),
        format_html_join(
            "",
            '<text x="{}" y="{}">{}</text>',
            ((shape.x, shape.y, member.number) for member, shape in drawn if shape and len(drawn) > 1),
        ),
    )
    label = f"Carte des membres de {facts.territory.place.name} et des territoires voisins"
    return {"width": shapes.width, "height": shapes.height, "drawing": drawing, "label": label}


def place_in_country(territory: Territory, user, today: date) -> dict | None:
    facts = facts_of(territory, today)
    if not facts.regions and not facts.departements:
        return None
    return {"regions": facts.regions, "departements": facts.departements}


def neighbours(territory: Territory, user, today: date) -> dict | None:
    facts = facts_of(territory, today)
    return {"neighbours": facts.neighbours} if facts.neighbours else None


def history(territory: Territory, user, today: date) -> dict | None:
    facts = facts_of(territory, today)
    is_current = territory.wave == Wave.CURRENT
    content = {
        "first_wave": facts.other_wave if is_current else [],
        "successors": [] if is_current else facts.other_wave,
        "old_names": territory.old_names,
        "changes": facts.changes,
    }
    if any(content.values()) or is_current:
        return {**content, "is_new": is_current and not facts.other_wave}
    return None


def register_sections() -> None:
    folder = "territories/sections"
    for order, key, title, template, load in (
        (100, "presentation", "Présentation", "_presentation", presentation),
        (200, "membres", "Membres et communes", "_members", members),
        (300, "situation", "Région et départements", "_place", place_in_country),
        (800, "voisins", "Territoires voisins", "_neighbours", neighbours),
        (900, "histoire", "Histoire", "_history", history),
    ):
        register(Section(key=key, title=title, template=f"{folder}/{template}.html", load=load, order=order))
