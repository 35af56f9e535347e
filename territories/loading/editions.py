"""The official editions kept in the reference tables, applied in order by the importer of the official list."""

from datetime import date, datetime

from territories.enums import Wave
from territories.loading.wanted import Tables
from territories.models import ListEdition
from territories.official_list import ListedMember, Listing, apply, known_for, plan
from territories.official_list.applying import close_wave

# Edition in the tables → wave, first day, label.
EDITIONS: dict[str, tuple[int, date, str]] = {
    "2018": (Wave.FIRST, date(2018, 11, 22), "Liste de la première vague, 2018-2022"),
    "2023-11": (Wave.CURRENT, date(2023, 11, 9), "Liste de novembre 2023"),
    "2024-07": (Wave.CURRENT, date(2024, 7, 4), "Liste de juillet 2024"),
}


def listing(tables: Tables, edition: str) -> Listing:
    """An edition of the tables in the form the importer reads."""
    names = {row["number"]: row["name"] for row in tables["territories"] if row["edition"] == edition}
    sirens = {row["code"]: row["siren"] for row in tables["communes"]}
    members = tuple(
        ListedMember(
            line=line,
            number=row["number"],
            territory=names[row["number"]],
            siren=sirens[row["member_code"]] if row["member_kind"] == "commune" else row["member_code"],
        )
        for line, row in enumerate((row for row in tables["territory_members"] if row["edition"] == edition), start=2)
    )
    return Listing(members, EDITIONS[edition][2])


def bring_editions(tables: Tables, *, at: datetime) -> dict[str, dict[str, int]]:
    """Apply the editions that are newer than the list in force; return the effects of each.

    An edition the délégation imported since stays in force: older ones are left out. Ancestors are left to the caller.
    """
    effects = {}
    for edition, (wave, as_of, _label) in EDITIONS.items():
        if ListEdition.objects.filter(wave=wave, as_of__gte=as_of).exists():
            continue
        rows = listing(tables, edition)
        made = apply(plan(rows, known_for(rows, wave=wave), wave=wave, as_of=as_of), at=at, rebuild=False)
        effects[edition] = made.counts if made else {}
    close_wave(Wave.FIRST)
    return effects
