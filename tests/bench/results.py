"""What a measure is, how the table is printed, and where it is kept."""

import json
import os
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass
class Measure:
    """One line of the table. Times in milliseconds; None where a column has no sense; `ok` compares to `bar`."""

    name: str
    size: str
    bar: str
    p50_ms: float | None = None
    p95_ms: float | None = None
    per_s: float | None = None
    queries: int | None = None
    ok: bool = False


def percentiles(times: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile of durations in seconds, in milliseconds."""
    ordered = sorted(times)
    return round(statistics.median(ordered) * 1000, 2), round(ordered[int(len(ordered) * 0.95)] * 1000, 2)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "oui" if value else "NON"
    return f"{value:g}" if isinstance(value, float) else str(value)


def print_table(measures: Sequence[Measure], write) -> None:
    columns = ("name", "size", "p50_ms", "p95_ms", "per_s", "queries", "bar", "ok")
    rows = [columns, *([_cell(getattr(measure, column)) for column in columns] for measure in measures)]
    widths = [max(len(row[index]) for row in rows) for index in range(len(columns))]
    for row in rows:
        write("  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip() + "\n")
    write(f"charge de la machine (1, 5, 15 min) : {', '.join(f'{load:.2f}' for load in os.getloadavg())}\n")


def keep(measures: Sequence[Measure], path: Path) -> None:
    """Write the measures, keeping those of an earlier run that this one did not take again."""
    known = {}
    if path.exists():
        known = {line["name"]: line for line in json.loads(path.read_text())}
    known |= {measure.name: asdict(measure) for measure in measures}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(list(known.values()), indent=1, ensure_ascii=False) + "\n")
