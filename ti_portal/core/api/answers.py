"""Answers of the API: JSON with the version of the data as ETag, so that an unchanged answer is not even made."""

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import get_conditional_response

# Readers keep an answer for a minute, then ask whether it changed.
MAX_AGE = 60


class Volatile(NamedTuple):
    """A body that may change without the version: its ETag is made from its content."""

    body: Any


def answer(request: HttpRequest, version: tuple, build: Callable[[], Any]) -> HttpResponse:
    """Answer 304 when the reader has this version of this address, and what `build` gives otherwise.

    `version` holds all that the body depends on besides the address and the code: versions of the data, moment.
    A body with a `next` address also gives it in a `Link` header.
    """
    etag = etag_of(request, version)
    # « * » means any version: whether there is one at all is for `build` to say.
    if request.headers.get("If-None-Match", "*").strip() != "*" and _has(request, etag):
        return keepable(HttpResponseNotModified(), etag)
    body = build()
    if not isinstance(body, Volatile):
        return keepable(rendered(body), etag)
    response = rendered(body.body)
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    return keepable(HttpResponseNotModified() if _has(request, etag) else response, etag)


def _has(request: HttpRequest, etag: str) -> bool:
    found = get_conditional_response(request, etag=etag)
    return found is not None and found.status_code == 304


def rendered(body: Any, status: int = 200) -> HttpResponse:
    response = HttpResponse(json.dumps(body, ensure_ascii=False), content_type="application/json", status=status)
    if isinstance(body, dict) and body.get("next"):
        response["Link"] = f'<{body["next"]}>; rel="next"'
    return response


def keepable(response: HttpResponse, etag: str) -> HttpResponse:
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={MAX_AGE}"
    return response


def etag_of(request: HttpRequest, version: tuple) -> str:
    parts = repr((code_digest(), version, request.get_host(), request.get_full_path()))
    return f'"{hashlib.sha256(parts.encode()).hexdigest()[:32]}"'


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Digest of the code that makes answers: after an update of the portal, no reader keeps the ones before."""
    root = Path(settings.BASE_DIR)
    digest = hashlib.sha256()
    for folder in ("ti_portal/core/api", "territories", "funding", "events"):
        for source in sorted((root / folder).rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()
