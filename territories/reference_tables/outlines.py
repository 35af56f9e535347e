"""Outlines of territories, régions, départements and EPCI, at two scales.

`outlines_national`: territories, régions and départements for a map of the whole country. `outlines_detailed`: the
same and the EPCI, as fine as the open data, for the map of one of them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from territories.geometry import Ring, encode_rings, frame_of, national_view
from territories.reference_tables import open_data
from territories.reference_tables.open_data import OpenData, OpenDataError
from territories.reference_tables.programme import OUTLINED_WAVE, outlined_number
from territories.reference_tables.simplification import Simplifier
from territories.reference_tables.tables import Row
from territories.reference_tables.topojson import Point, Shape, Topology, decode_topology


@dataclass(frozen=True)
class Layer:
    """The shapes of one file. `tolerance` is for the national map, in its square units; 0 when it is not drawn there.

    The tolerances were chosen by eye on the map at 600 and 1000 pixels, so that territories and régions together
    take less than 12 kB of path data.
    """

    file: str
    object: str
    code: Callable[[dict[str, Any]], str]
    tolerance: float


LAYERS = (
    Layer(
        open_data.TERRITORY_OUTLINES,
        "ti_2024-07_contours",
        lambda properties: f"TI-{OUTLINED_WAVE}-{outlined_number(properties)}",
        54.0,
    ),
    Layer(open_data.REGION_OUTLINES, "regions", lambda properties: f"REG-{properties['reg']}", 56.0),
    Layer(open_data.DEPARTEMENT_OUTLINES, "departements", lambda properties: f"DEP-{properties['dep']}", 24.0),
    Layer(open_data.EPCI_OUTLINES, "epci", lambda properties: f"EPCI-{properties['epci']}", 0.0),
)

# Smaller islands and holes are left out of the national map (same unit: 20 is about 6 km by 6 km in métropole).
NATIONAL_SMALLEST = 20.0


def national_point(point: Point) -> Point:
    """Coordinates on the national map, not rounded."""
    frame = frame_of(*point)
    if frame is None:
        raise OpenDataError(f"Contour hors des cartes : {point}")
    return national_view(frame).transform.apply(frame.project(*point))


def outline_tables(data: OpenData) -> dict[str, list[Row]]:
    """Both tables of outlines."""
    national: dict[str, list[Ring]] = {}
    detailed: dict[str, list[Ring]] = {}
    for layer in LAYERS:
        topology = decode_topology(data.json(layer.file), layer.object)
        detailed |= {layer.code(shape.properties): whole_rings(topology, shape) for shape in topology.shapes}
        if layer.tolerance:
            simplifier = Simplifier(topology.merged(), national_point, layer.tolerance, NATIONAL_SMALLEST)
            for shape in simplifier.topology.shapes:
                national[layer.code(shape.properties)] = simplifier.rings(shape)
    return {
        "outlines_national": list(outline_rows(national.items())),
        "outlines_detailed": list(outline_rows(detailed.items())),
    }


def whole_rings(topology: Topology, shape: Shape) -> list[Ring]:
    """Every ring of a shape as the open data has it, not closed."""
    return [ring[:-1] for polygon in topology.polygons(shape) for ring in polygon]


def outline_rows(outlines: Iterable[tuple[str, list[Ring]]]) -> Iterator[Row]:
    """Rows sorted by place code."""
    for code, rings in sorted(outlines):
        yield {"code": code, "rings": encode_rings(rings)}
