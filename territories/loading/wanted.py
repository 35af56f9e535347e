"""What the reference tables say there should be. Pure: rows of text in, plain values out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from territories.enums import NameKind, PlaceKind
from territories.names import Fact
from territories.perimeters import COUNTRY
from territories.reference_tables.tables import Row

Tables = Mapping[str, list[Row]]

FORMER_KINDS = {
    "ancien_code": NameKind.FORMER,
    "associee": NameKind.FORMER,
    "deleguee": NameKind.FORMER,
    "arrondissement": NameKind.DISTRICT,
}


@dataclass(frozen=True)
class WantedPlace:
    """A place as the tables know it. `nature`: form of an EPCI; metro, drom or com for régions and départements."""

    code: str
    kind: str
    name: str
    nature: str = ""
    siren: str = ""
    postcodes: tuple[str, ...] = ()
    population: int | None = None
    longitude: float | None = None
    latitude: float | None = None


def number(text: str, parse=int):
    return parse(text) if text else None


def body_code(row: Row) -> str:
    return f"{'EPT' if row['kind'] == 'EPT' else 'EPCI'}-{row['siren']}"


def places(tables: Tables) -> Iterator[WantedPlace]:
    """Every place but territories and zonings. Communes come first: the order settles ties of population."""
    for row in tables["communes"]:
        yield WantedPlace(
            code=f"COM-{row['code']}",
            kind=PlaceKind.COMMUNE,
            name=row["name"],
            siren=row["siren"],
            postcodes=tuple(row["postcodes"].split()),
            population=number(row["population"]),
            longitude=number(row["longitude"], float),
            latitude=number(row["latitude"], float),
        )
    for row in tables["intercommunalites"]:
        kind = PlaceKind.EPT if row["kind"] == "EPT" else PlaceKind.EPCI
        yield WantedPlace(body_code(row), kind, row["name"], nature=row["kind"], siren=row["siren"])
    zones = {row["code"]: row["zone"] for row in tables["regions"]}
    for row in tables["departements"]:
        yield WantedPlace(f"DEP-{row['code']}", PlaceKind.DEPARTEMENT, row["name"], nature=zones[row["region"]])
    for row in tables["regions"]:
        yield WantedPlace(f"REG-{row['code']}", PlaceKind.REGION, row["name"], nature=row["zone"])
    yield WantedPlace(COUNTRY, PlaceKind.COUNTRY, "France")


def memberships(tables: Tables) -> set[tuple[str, str]]:
    """(member, container) codes of everything but territories."""
    pairs = set()
    for row in tables["communes"]:
        code = f"COM-{row['code']}"
        pairs.add((code, f"DEP-{row['departement']}"))
        if row["epci"]:
            pairs.add((code, f"EPCI-{row['epci']}"))
        if row["ept"]:
            pairs.add((code, f"EPT-{row['ept']}"))
            pairs.add((f"EPT-{row['ept']}", f"EPCI-{row['epci']}"))
    pairs |= {(f"DEP-{row['code']}", f"REG-{row['region']}") for row in tables["departements"]}
    pairs |= {(f"REG-{row['code']}", COUNTRY) for row in tables["regions"]}
    return pairs


def facts(rows: Iterable[Row]) -> dict[str, list[Fact]]:
    """Former communes and districts, by code of the commune of today."""
    found: dict[str, list[Fact]] = {}
    for row in rows:
        fact = Fact(str(FORMER_KINDS[row["kind"]]), row["name"], row["code"])
        found.setdefault(f"COM-{row['current_code']}", []).append(fact)
    return found


def nomenclatures(tables: Tables) -> Iterator[tuple]:
    """(nomenclature, code, label, level, parent code, lower, upper)."""
    for row in tables["naf"]:
        yield "naf", row["code"], row["label"], int(row["level"]), row["parent"], None, None
    for row in tables["legal_categories"]:
        code = row["code"]
        level, parent = {1: (1, ""), 2: (2, code[:1]), 4: (3, code[:2])}[len(code)]
        yield "legal_category", code, row["label"], level, parent, None, None
    for row in tables["staff_bands"]:
        yield "staff_band", row["code"], row["label"], 1, "", number(row["lower"]), number(row["upper"])


def zonings(tables: Tables) -> dict[str, tuple[str, list[str], str]]:
    """Named zonings the tables can define: code → (name, codes included, note)."""
    by_zone: dict[str, list[str]] = {}
    for row in tables["regions"]:
        by_zone.setdefault(row["zone"], []).append(f"REG-{row['code']}")
    return {
        "ZON-METROPOLE": ("France métropolitaine", by_zone["metro"], "Régions de métropole, Corse comprise."),
        "ZON-OUTRE-MER": (
            "Outre-mer",
            by_zone["drom"] + by_zone["com"],
            "Départements et régions d’outre-mer, collectivités d’outre-mer et Nouvelle-Calédonie.",
        ),
        "ZON-DROM": ("Départements et régions d’outre-mer", by_zone["drom"], "Article 73 de la Constitution."),
    }
