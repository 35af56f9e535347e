"""What closes soon, for the home page. Shown by `funding/fragments/_closing_soon.html`."""

from datetime import datetime

from funding.catalogue.loading import Key, current
from funding.presenters.open_calls import Line, lines

DAYS = 60

_kept: tuple[tuple, list[Line]] | None = None


def closing_soon(at: datetime, limit: int) -> list[Line]:
    """Schemes that one can still use and that close within sixty days, those that close first, each once.

    One query when nothing changed since the last time, four when something did.
    """
    global _kept  # noqa: PLW0603 - the home page asks the same again and again
    catalogue = current()
    index, instant = catalogue.index, at.timestamp()
    moment = index.moment(instant)
    mask = moment.closing_before(instant + DAYS * 86_400, index.size) & index.main
    rows = index.ordered(mask, moment.by_closing, 0, limit)
    key: tuple[Key, float, tuple[int, ...]] = (catalogue.key, moment.begins, tuple(row.listing_id for row in rows))
    if _kept is None or _kept[0] != key:
        _kept = (key, list(lines(rows, at).values()))
    return _kept[1]
