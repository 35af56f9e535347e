"""Territories as a table: the official facts to read, what their people write to change. Key: code."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet

from territories.enums import Sector, Wave
from territories.models import Membership, Territory, TerritoryProfile
from territories.profiles import Document, EditConflict, cleaned, update_profile
from ti_portal.core.table_resources import Column, TableResource
from ti_portal.core.text import fold

CODE, PRESENTATION, SECTORS, LINKS, VERSION = "Code", "Présentation", "Filières", "Liens", "Version"
# Between two sectors, or between a link's words and its address: no label holds this sign.
BAR = " | "
_SECTORS = {fold(word): value for value, label in Sector.choices for word in (value, label)}
_FIELDS = {PRESENTATION: "presentation", SECTORS: "sectors", LINKS: "links"}
_COLUMNS = {name: column for column, name in _FIELDS.items()}


def with_facts(territories: QuerySet) -> QuerySet:
    """Territories with all that the table shows, in a number of queries that does not depend on theirs."""
    in_force = Membership.objects.in_force().select_related("member").order_by("member__code", "pk")
    return territories.select_related("place", "main_region", "profile").prefetch_related(
        Prefetch("place__members", queryset=in_force, to_attr="members_in_force")
    )


def read_sectors(text: str) -> list[str]:
    """Codes of the sectors named in a cell, parted by a bar or a new line. Raises ValidationError."""
    codes = []
    for word in text.replace("\n", "|").split("|"):
        if not word.strip():
            continue
        if (code := _SECTORS.get(fold(word))) is None:
            raise ValidationError(f"« {word.strip()[:60]} » n’est pas une filière.")
        codes.append(code)
    return codes


def read_links(text: str) -> list[tuple[str, str]]:
    """« Intitulé | https://… », one link a line. Raises ValidationError."""
    links = []
    for line in text.splitlines():
        if not line.strip():
            continue
        label, bar, url = line.rpartition("|")
        if not bar:
            raise ValidationError(f"« {line.strip()[:60]} » : écrivez « Intitulé | https://… », un lien par ligne.")
        links.append((label.strip(), url.strip()))
    return links


def write_links(links) -> str:
    return "\n".join(f"{label}{BAR}{url}" for label, url in links)


class TerritoryResource(TableResource):
    title = "Territoires"
    file_name = "territoires"
    key_columns = (CODE,)
    control_columns = (VERSION,)

    code = Column(column_name=CODE)
    name = Column(column_name="Nom", readonly=True)
    wave = Column(column_name="Vague", readonly=True)
    region = Column(column_name="Région", readonly=True)
    population = Column(column_name="Population", readonly=True)
    member_count = Column(column_name="Nombre de membres", readonly=True)
    members = Column(column_name="Membres", readonly=True)
    presentation = Column(column_name=PRESENTATION)
    sectors = Column(column_name=SECTORS)
    links = Column(column_name=LINKS)
    version = Column(column_name=VERSION, readonly=True)

    class Meta(TableResource.Meta):
        model = Territory

    def dehydrate_code(self, territory: Territory) -> str:
        return territory.place.code

    def dehydrate_name(self, territory: Territory) -> str:
        return territory.place.name

    def dehydrate_wave(self, territory: Territory) -> str:
        return Wave(territory.wave).label

    def dehydrate_region(self, territory: Territory) -> str:
        return territory.main_region.name

    def dehydrate_population(self, territory: Territory) -> int | None:
        return territory.place.population

    def dehydrate_member_count(self, territory: Territory) -> int:
        return len(territory.place.members_in_force)

    def dehydrate_members(self, territory: Territory) -> str:
        return BAR.join(membership.member.name for membership in territory.place.members_in_force)

    def dehydrate_presentation(self, territory: Territory) -> str:
        return document_of(territory).presentation

    def dehydrate_sectors(self, territory: Territory) -> str:
        return BAR.join(Sector(code).label for code in document_of(territory).sectors)

    def dehydrate_links(self, territory: Territory) -> str:
        return write_links(document_of(territory).links)

    def dehydrate_version(self, territory: Territory) -> int:
        return version_of(territory)

    def before_import(self, dataset, **kwargs: Any) -> None:
        codes = {code.strip().upper() for code in dataset[CODE]}
        rows = Territory.objects.filter(place__code__in=codes).select_related("place", "profile")
        self.known = {territory.place.code: territory for territory in rows}

    def find(self, row: Mapping[str, Any]) -> Territory:
        territory = self.known.get(row[CODE].strip().upper())
        if territory is None:
            raise ValidationError({CODE: f"Aucun territoire n’a le code « {row[CODE][:40]} »."})
        return territory

    def fill(self, instance: Territory, row: Mapping[str, Any]) -> None:
        readers = {PRESENTATION: str, SECTORS: read_sectors, LINKS: read_links}
        changes, errors = {}, {}
        for column, read in readers.items():
            if column not in row:
                continue
            try:
                name = _FIELDS[column]
                changes[name] = cleaned({name: read(row[column])})[name]
            except ValidationError as error:
                errors[column] = error.messages
        based_on = version_of(instance)
        if row.get(VERSION):
            if not row[VERSION].isdigit():
                errors[VERSION] = "La version est un nombre : laissez la colonne telle que l’export l’a écrite."
            else:
                based_on = int(row[VERSION])
        if errors:
            raise ValidationError(errors)
        current = document_of(instance)
        instance.changes, instance.based_on = changes, based_on
        instance.proposed = Document(
            **{name: changes.get(name, getattr(current, name)) for name in ("presentation", "sectors", "links")}
        )

    def write(self, instance: Territory, *, is_create: bool) -> None:
        try:
            update_profile(
                territory_id=instance.pk,
                changes=instance.changes,
                based_on_version=instance.based_on,
                actor=self.actor,
                at=self.at,
            )
        except EditConflict as conflict:
            columns = ", ".join(_COLUMNS[name].lower() for name in conflict.fields)
            raise ValidationError(
                f"La page a changé depuis l’export (version {conflict.version}, votre fichier part de la version "
                f"{instance.based_on}) : {columns}. Exportez de nouveau."
            ) from conflict


def document_of(territory: Territory) -> Document:
    """What the territory's page says, or will say when the row is applied."""
    if (proposed := getattr(territory, "proposed", None)) is not None:
        return proposed
    profile = profile_of(territory)
    return Document() if profile is None else Document.of(profile)


def version_of(territory: Territory) -> int:
    profile = profile_of(territory)
    return 0 if profile is None else profile.version


def profile_of(territory: Territory) -> TerritoryProfile | None:
    return getattr(territory, "profile", None)
