"""INSEE nomenclatures: activities (NAF rév. 2), legal categories, staff bands."""

from territories.reference_tables import open_data
from territories.reference_tables.open_data import OpenData, OpenDataError
from territories.reference_tables.tables import Row

# Code INSEE gives to units without any employee in the year; it is not a count, so it has no bounds.
NOT_AN_EMPLOYER = "NN"


def naf_rows(data: OpenData) -> list[Row]:
    """Activities at five levels (1 section, 2 division, 3 group, 4 class, 5 sub-class), codes without dot."""
    rows = [
        {
            "code": row["code"],
            "label": row["libelle"],
            "level": row["niveau"],
            "parent": row["code_parent"],
            "section": row["code_section"],
        }
        for row in data.csv(open_data.NAF, ("niveau", "code", "libelle", "code_parent", "code_section"))
    ]
    codes = {row["code"] for row in rows}
    orphans = sorted(row["code"] for row in rows if row["parent"] and row["parent"] not in codes)
    if orphans:
        raise OpenDataError(f"{open_data.NAF} : activités sans parent : {', '.join(orphans)}")
    return sorted(rows, key=lambda row: (row["level"], row["code"]))


def legal_category_rows(data: OpenData) -> list[Row]:
    """Legal categories at three levels (1, 2 or 4 digits)."""
    rows = [
        {"code": row["code"], "label": row["libelle"]}
        for row in data.csv(open_data.LEGAL_CATEGORIES, ("code", "libelle"))
    ]
    return sorted(rows, key=lambda row: row["code"])


def staff_band_rows(data: OpenData) -> list[Row]:
    """Staff bands by size. `upper` is derived: one less than the next band's lower bound, empty for the last."""
    bands = data.csv(open_data.STAFF_BANDS, ("code", "libelle", "effectif_min"))
    counted = sorted((band for band in bands if band["effectif_min"]), key=lambda band: int(band["effectif_min"]))
    uncounted = [band["code"] for band in bands if not band["effectif_min"]]
    if uncounted != [NOT_AN_EMPLOYER]:
        raise OpenDataError(f"{open_data.STAFF_BANDS} : tranches sans effectif : {', '.join(uncounted)}")
    rows = [
        {"code": band["code"], "label": band["libelle"], "lower": "", "upper": ""}
        for band in bands
        if not band["effectif_min"]
    ]
    for position, band in enumerate(counted):
        following = counted[position + 1 : position + 2]
        rows.append(
            {
                "code": band["code"],
                "label": band["libelle"],
                "lower": band["effectif_min"],
                "upper": str(int(following[0]["effectif_min"]) - 1) if following else "",
            }
        )
    return rows
