"""A local copy of the API of aides-territoires, as its facts say it behaves: both generations."""

import json
from collections.abc import Callable
from math import ceil
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.funding.fetching.servers import Answer, Request

KEY = "la-cle"


def perimeter(number: int, name: str, scale: str, code: str, zips: tuple[str, ...] = ()) -> dict:
    label = {"country": "Pays"}.get(scale, scale)
    text = (
        name
        if scale in ("Pays", "Ad-hoc", "Métropole")
        else f"{name} ({label}{' – ' + ', '.join(zips) if zips else ''})"
    )
    return {"id": f"{number}-x", "text": text, "name": name, "scale": scale, "zipcodes": list(zips), "code": code}


PERIMETERS = [
    perimeter(1, "France", "Pays", "FRA"),
    perimeter(2, "Occitanie", "Région", "76"),
    perimeter(3, "Gard", "Département", "30"),
    perimeter(4, "Nièvre", "Département", "58"),
    perimeter(5, "CA Alès Agglomération", "EPCI", "200066918"),
    perimeter(6, "Alès", "Commune", "30007", ("30100",)),
    perimeter(7, "Sainte-Colombe", "Commune", "16309", ("16230",)),
    perimeter(8, "Sainte-Colombe", "Commune", "17319", ("17210",)),
    perimeter(9, "Rouen", "Commune", "76540", ("76000", "76100")),
    perimeter(10, "Communes forestières", "Ad-hoc", "foret"),
    perimeter(11, "Ancienne", "Commune", "99999", ("99999",)),
]


def aid(number: int = 1, **fields) -> dict:
    """An aid that is accepted; `fields` replaces some of its fields, `...` removes one."""
    found = {
        "id": number,
        "slug": f"aide-{number}",
        "url": f"/aides/aide-{number}/",
        "name": f"Aide aux essais n° {number}",
        "short_title": "",
        "financers": ["Région des essais (RDE)"],
        "instructors": ["Agence des essais"],
        "programs": ["Plan d’essai"],
        "description": "<p>Un <b>texte</b> utile.</p><script>alert(1)</script>",
        "eligibility": "<ul><li>Avoir un projet</li></ul>",
        "perimeter": "France",
        "perimeter_scale": "Pays",
        "mobilization_steps": ["Réalisation"],
        "origin_url": f"https://exemple.fr/{number}",
        "application_url": f"https://exemple.fr/{number}/demande",
        "categories": ["Economie / Industrie"],
        "is_call_for_project": True,
        "targeted_audiences": ["Communes", "Entreprises privées"],
        "aid_types": ["Subvention"],
        "is_charged": False,
        "destinations": ["Dépenses d’investissement"],
        "start_date": "2027-01-05",
        "predeposit_date": None,
        "submission_deadline": "2027-03-31",
        "subvention_rate_lower_bound": 10,
        "subvention_rate_upper_bound": 50,
        "subvention_comment": "selon la taille",
        "loan_amount": None,
        "recoverable_advance_amount": None,
        "contact": "<p>Camille Dupont, 01 23 45 67 89</p>",
        "recurrence": "Ponctuelle",
        "date_created": "2026-01-05T10:00:00+01:00",
        "date_updated": "2026-11-01T23:30:00+00:00",
        "is_live": True,
        **fields,
    }
    return {name: value for name, value in found.items() if value is not ...}


class Api:
    """Answers requests. `token` is the one in force; `tokens` how many were given."""

    def __init__(self, aids: list[dict], *, generation: int = 2, prefix: str = "/api/") -> None:
        self.aids = aids
        self.generation = generation
        self.prefix = prefix
        self.token = ""
        self.tokens = 0
        self.base = ""
        self.expires_after: int | None = None
        self.twist: Callable[[dict, dict], dict] = lambda page, query: page

    def __call__(self, request: Request) -> Answer:
        parts = urlsplit(request.path)
        path, query = parts.path.removeprefix(self.prefix), parse_qs(parts.query, keep_blank_values=True)
        if self.generation == 2:
            if path == "connexion/":
                return self.connected(request)
            if request.headers.get("authorization") != f"Bearer {self.token}" or not self.token:
                return _json({"type": "x", "title": "Unauthorized", "status": 401, "detail": "Expired"}, status=401)
            if self.expires_after is not None:
                self.expires_after -= 1
                if self.expires_after < 0:
                    self.token, self.expires_after = "", None
                    return _json({"status": 401}, status=401)
        rows = {"aids/": self.aids, "aids/all/": self.aids, "perimeters/": PERIMETERS}.get(path)
        if rows is None:
            return _json({"status": 404}, status=404)
        if "scale" in query:
            wanted = {"region": "Région", "department": "Département", "epci": "EPCI", "commune": "Commune"}[
                query["scale"][0]
            ]
            rows = [row for row in rows if row["scale"] == wanted]
        if "q" in query:
            rows = [row for row in rows if query["q"][0].split("-")[0] in row["name"]]
        return _json(self.twist(self.page(rows, path, query), query))

    def connected(self, request: Request) -> Answer:
        if request.method != "POST" or request.headers.get("x-auth-token") != KEY:
            return _json({"status": 401}, status=401)
        self.tokens += 1
        self.token = f"jeton-{self.tokens}"
        return _json({"token": self.token})

    def page(self, rows: list[dict], path: str, query: dict[str, list[str]]) -> dict:
        size = int(query.get("size" if self.generation == 1 else "itemsPerPage", ["50"])[0])
        number = int(query.get("page", ["1"])[0])
        flat = {name: values[0] for name, values in query.items()} | {"page": number + 1}
        following = f"{self.base}{self.prefix}{path}?{urlencode(flat)}" if number < ceil(len(rows) / size) else None
        return {
            "count": len(rows),
            "previous": None,
            "next": following,
            "results": rows[(number - 1) * size : number * size],
        }


def _json(value: object, status: int = 200) -> Answer:
    return Answer(json.dumps(value).encode(), status=status, headers={"Content-Type": "application/json"})
