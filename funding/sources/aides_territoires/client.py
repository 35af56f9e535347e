"""The pages of the API of aides-territoires, asked one after the other.

`next` is followed; `count` and the order are not trusted. A `next` that leads to another server, that turns in circles
or that never ends stops the reading: half a list would look like aids that vanished.
"""

import json
from collections.abc import Iterable, Iterator
from urllib.parse import urlencode, urljoin

import httpx

from funding.fetching import Client, FetchError
from funding.sources.kind import refuse_page
from funding.sources.reading import UnreadableSource

MAX_PAGES = 400
MAX_ROWS = 40_000
MAX_TOKEN = 4_000


def bad_answer(detail: str) -> UnreadableSource:
    return UnreadableSource("malformed", f"La réponse d’Aides-territoires n’a pas la forme attendue : {detail}.")


class Api:
    """One reading. With `key`, the successor's token is asked for first, and once more when it is refused (401)."""

    def __init__(self, base: str, client: Client, *, key: str = "") -> None:
        self.base = base if base.endswith("/") else f"{base}/"
        self._client = client
        self._key = key
        self._token = ""

    def rows(self, path: str, filters: Iterable[tuple[str, str]] = (), **query: str | int) -> Iterator[dict]:
        """Every object of a list, page after page; what is not an object is passed over."""
        pairs = [*filters, *query.items()]
        url = urljoin(self.base, path) + (f"?{urlencode(pairs)}" if pairs else "")
        asked: set[str] = set()
        count = 0
        while url:
            if url in asked or len(asked) >= MAX_PAGES:
                raise UnreadableSource("page_loop", "Les pages de la source se suivent sans fin : rien n’en est gardé.")
            asked.add(url)
            page = self._object(url)
            results = page.get("results")
            if not isinstance(results, list):
                raise bad_answer("une page sans résultats")
            count += len(results)
            if count > MAX_ROWS:
                raise UnreadableSource("too_many", "La source donne plus de lignes que le portal n’en admet.")
            yield from (row for row in results if isinstance(row, dict))
            url = self._following(page.get("next"), url)

    def _following(self, given: object, here: str) -> str:
        """The next page, "" after the last one. Behind a proxy the API may write http for https: the host counts."""
        if given is None or given == "":
            return ""
        if not isinstance(given, str):
            raise bad_answer("la page suivante n’est pas une adresse")
        try:
            following, base = httpx.URL(urljoin(here, given)), httpx.URL(self.base)
        except (httpx.InvalidURL, ValueError) as error:
            raise bad_answer("la page suivante n’est pas une adresse") from error
        if following.host != base.host or following.userinfo or not following.path.startswith(base.path):
            raise UnreadableSource(
                "next_elsewhere", "La page suivante mène à un autre serveur : elle n’est pas suivie, rien n’est gardé."
            )
        return str(following.copy_with(scheme=base.scheme, port=base.port))

    def _object(self, url: str) -> dict:
        try:
            return self._asked(url)
        except FetchError as error:
            if not self._key or error.status != httpx.codes.UNAUTHORIZED:
                raise
        # The token has expired: a new one, once.
        self._token = ""
        return self._asked(url)

    def _asked(self, url: str) -> dict:
        secrets = {"Authorization": f"Bearer {self._bearer()}"} if self._key else {}
        found = self._client.fetch(url, headers={"Accept": "application/json"}, secrets=secrets)
        return _json(found.content, found.content_type)

    def _bearer(self) -> str:
        if not self._token:
            found = self._client.fetch(
                urljoin(self.base, "connexion/"),
                method="POST",
                headers={"Accept": "application/json"},
                secrets={"X-AUTH-TOKEN": self._key},
            )
            token = _json(found.content, found.content_type).get("token")
            if (
                not isinstance(token, str)
                or not 0 < len(token) <= MAX_TOKEN
                or not token.isascii()
                or not token.isprintable()
            ):
                raise UnreadableSource("no_token", "Aides-territoires n’a pas donné de jeton en échange de la clé.")
            self._token = token
        return self._token


def _json(content: bytes, content_type: str = "") -> dict:
    refuse_page(content, content_type)
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise bad_answer("ce n’est pas du JSON") from error
    if not isinstance(found, dict):
        raise bad_answer("ce n’est pas un objet")
    return found
