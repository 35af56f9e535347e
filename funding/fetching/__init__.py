"""Asking the outside world for a document: the only client for addresses that people type.

    with Client() as client:
        fetched = client.fetch("https://exemple.fr/aides.csv", etag=source.etag)

What goes wrong is a `FetchError` with a stable code and a French sentence.
"""

from funding.fetching.client import Client, Fetched, fetch
from funding.fetching.errors import FetchError
from funding.fetching.limits import Limits

__all__ = ["Client", "FetchError", "Fetched", "Limits", "fetch"]
