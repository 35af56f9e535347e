"""Addresses of the API that the bench asks for: pages of fifty schemes from one end of the list to the other."""

from urllib.parse import urlencode

from tests.bench import funding

SIZE = f"50 par page, {funding.SIZE}"
_PAGES = 40


def scheme_paths() -> list[str]:
    """Pages one after the other from the first, then first pages for a place and for an audience."""
    from funding.models import Scheme
    from ti_portal.core.api.cursors import Cursors

    last = Scheme.objects.published().order_by("-pk").values_list("pk", flat=True)[0]
    cursors = [Cursors("schemes", (int,)).write(last * page // _PAGES) for page in range(_PAGES)]
    plain = [_address(cursor=cursor) for cursor in cursors]
    return [*plain, _address(lieu="COM-30007"), _address(lieu="COM-76540", public="firm"), _address(q="friche")]


def _address(**parameters: str) -> str:
    return f"/api/v1/schemes?{urlencode({'limit': '50', **parameters})}"
