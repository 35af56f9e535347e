"""From a scheme to a row of the national schema.

What no column can say is written in words among the conditions. The dates are those of the call that counts at the
instant of the export, by the one definition of a status.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, time

from django.db.models import Prefetch, QuerySet

from funding import statuses
from funding.eligibility.calls import CallStatus, last_instant
from funding.eligibility.codes import CallState
from funding.enums import LinkKind
from funding.models import Scheme, SchemeLink, SchemeOrganisation
from funding.national_schema.cells import PARIS
from funding.national_schema.columns import MAX_DESCRIPTION, MAX_PROMISE, NAMES
from funding.national_schema.expansion import COUNTRY, Expansion, place_names
from funding.national_schema.identifiers import Identifiers
from funding.national_schema.mapping import SEPARATOR
from funding.national_schema.texts import one_line, shortened, to_text
from funding.national_schema.typed import Typed, joined
from funding.national_schema.vocabulary import help_words, role_word
from funding.terms import with_rules

CHUNK = 500
PORTAL = "Territoires d’industrie"

Row = dict[str, str]

# What dates alone would let pass for open.
_TOLD_IN_WORDS = frozenset(
    {CallState.CLOSED, CallState.EXHAUSTED, CallState.SUSPENDED, CallState.ANNOUNCED, CallState.NO_CALL}
)


def with_all(schemes: QuerySet[Scheme]) -> QuerySet[Scheme]:
    """A queryset with all that a row needs, in a constant number of queries for each five hundred schemes."""
    return with_rules(schemes).prefetch_related(
        Prefetch("roles", SchemeOrganisation.objects.select_related("organisation").order_by("pk")),
        Prefetch("links", SchemeLink.objects.order_by("position", "pk")),
    )


class Exporter:
    """Makes rows. Reads what all rows share once, when it is made."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.expansion = Expansion()
        self.identifiers = Identifiers()
        self.names = place_names()

    def rows(self, schemes: QuerySet[Scheme]) -> Iterator[Row]:
        """Rows one after the other, five hundred schemes in memory at most."""
        for scheme in with_all(schemes).order_by("pk").iterator(chunk_size=CHUNK):
            yield self.row(scheme)

    def row(self, scheme: Scheme) -> Row:
        """The row of a scheme from `with_all`, in the order of the columns."""
        typed = Typed(list(scheme.criteria.all()), self.names)
        status = statuses.status_here(scheme, self.at)
        opens_at, closes_at = status.opens_at, _closing(scheme, status)
        included, excluded = self._perimeter(scheme, typed)
        values = {
            "id": self.identifiers.of(scheme.pk, scheme.slug, scheme.source_key),
            "titre": one_line(scheme.name),
            "promesse": shortened(one_line(scheme.summary), MAX_PROMISE),
            "description": shortened(
                to_text(scheme.description) or one_line(scheme.summary) or one_line(scheme.name), MAX_DESCRIPTION
            ),
            "types_aides": "|".join(help_words(scheme.help_kinds)),
            "porteurs": _bodies(scheme.roles.all()),
            "programmes_parents": joined(scheme.programme.split(SEPARATOR)),
            "url_source": next((link.url for link in scheme.links.all() if link.kind == LinkKind.OFFICIAL), ""),
            "eligibilite_geographique": "|".join(included) or COUNTRY,
            "eligibilite_geographique_exclusions": "|".join(excluded),
            "date_ouverture": _written(opens_at),
            "date_cloture": _written(closes_at),
            "date_mise_a_jour": _updated(scheme, self.at),
            "base_juridique": _legal(scheme),
            **typed.columns,
        }
        state = [f"État au {self.at.astimezone(PARIS):%d/%m/%Y} : {statuses.sentence(status)}"]
        values["eligibilite"] = typed.conditions(
            scheme,
            has_date=opens_at is not None or closes_at is not None,
            said=state if status.state in _TOLD_IN_WORDS and status.closes_at is None else [],
        )
        return {name: values.get(name, "") for name in NAMES}

    def _perimeter(self, scheme: Scheme, typed: Typed) -> tuple[list[str], list[str]]:
        """The scheme's own places; when it applies in the whole country, those of its one condition of place."""
        included, excluded = list(scheme.included_codes), list(scheme.excluded_codes)
        if typed.place is not None and (included in ([COUNTRY], []) or not typed.place.values):
            included = list(typed.place.values) or included
            excluded += typed.place.excluded
        elif typed.place is not None:
            typed.in_words.append(typed.place)
        outside = self.expansion.official(excluded)
        return [code for code in self.expansion.official(included) if code not in outside], outside


def _closing(scheme: Scheme, status: CallStatus) -> datetime | None:
    """The closing of the call; of one that is over at a date nobody published, the end of the scheme as it is held."""
    is_over = status.state in (CallState.CLOSED, CallState.NO_CALL)
    if status.closes_at is None and is_over and scheme.valid_until:
        return last_instant(scheme.valid_until)
    return status.closes_at


def _bodies(roles: Iterable[SchemeOrganisation]) -> str:
    bodies: dict[int, dict] = {}
    for role in roles:
        body = role.organisation
        name = f"{body.name} ({body.acronym})" if body.acronym else body.name
        entry = bodies.setdefault(body.pk, {"nom": name, "siren": body.siren, "roles": []})
        entry["roles"].append(role_word(role.role))
    listed = list(bodies.values()) or [{"nom": PORTAL, "siren": "", "roles": ["diffuseur"]}]
    return json.dumps(listed, ensure_ascii=False)


def _legal(scheme: Scheme) -> str:
    links = [link for link in scheme.links.all() if link.kind == LinkKind.LEGAL]
    listed = [{"libelle": link.label, "lien": link.url} for link in links]
    labels = {link.label for link in links}
    parts = scheme.legal_basis.split(SEPARATOR)
    listed += [{"libelle": part, "lien": ""} for part in parts if part and part not in labels]
    return json.dumps(listed, ensure_ascii=False) if listed else ""


def _updated(scheme: Scheme, at: datetime) -> str:
    if scheme.source_date:
        return _written(datetime.combine(scheme.source_date, time.min, PARIS))
    return _written(scheme.updated_at or at.replace(minute=0, second=0, microsecond=0))


def _written(instant: datetime | None) -> str:
    return "" if instant is None else instant.astimezone(PARIS).isoformat(timespec="seconds")
