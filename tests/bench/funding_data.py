"""Thirty thousand schemes with realistic French text, perimeters, criteria, calls and rounds, the same at every run."""

import multiprocessing
import random
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import django
from django.db import connection, models, transaction

from funding.eligibility.codes import EuSize, ExpenseNature, HelpKind, ProjectNature
from funding.eligibility.labels import EXPENSE_NATURES, PROJECT_NATURES
from funding.models import (
    AmountRule,
    Call,
    Contact,
    Criterion,
    Organisation,
    Round,
    Scheme,
    SchemeLink,
    SchemeOrganisation,
)
from territories.enums import PlaceKind
from territories.models import Place

SCHEMES = 30_000
SLICE = 1_000
START = datetime(2024, 1, 1, tzinfo=UTC)
COUNTRY = "PAYS-99100"

_VERBS = (
    "soutenir", "accompagner", "financer", "encourager", "accélérer", "faciliter", "sécuriser", "préparer", "amorcer",
    "développer",
)  # fmt: skip
_OBJECTS = (
    "la modernisation des ateliers", "l’extension des sites de production", "la reconversion des friches",
    "l’embauche de jeunes ingénieurs", "la formation des opérateurs", "la décarbonation des procédés",
    "l’économie circulaire", "la relocalisation de fabrications critiques", "la transformation numérique",
    "les projets collectifs de filière", "l’aménagement de zones d’activités", "l’accès au foncier industriel",
    "la recherche partenariale", "la transmission d’entreprises", "la mobilité des salariés",
    "la sobriété énergétique", "l’achat de machines", "les études de faisabilité", "l’export des PME",
    "le logement des apprentis", "la sous-traitance locale", "la robotisation", "la gestion de l’eau",
)  # fmt: skip
_BRANCHES = (
    "mécanique", "métallurgie", "plasturgie", "agroalimentaire", "bois", "textile", "chimie", "pharmacie",
    "aéronautique", "automobile", "verre", "papier", "électronique", "ferroviaire", "nautisme", "cuir", "céramique",
    "horlogerie", "batteries", "hydrogène",
)  # fmt: skip
_FORMS = ("Fonds", "Aide", "Programme", "Chèque", "Prime", "Prêt", "Dispositif", "Parcours", "Appel", "Contrat")
_SENTENCES = (
    "Le dispositif vise à {verb} {object} dans les entreprises de la filière {branch}.",
    "Sont éligibles les dépenses de {expense} engagées après le dépôt de la demande.",
    "Le projet doit porter sur {nature} et démarrer dans les {n} mois.",
    "L’instruction est assurée par les services de {place}, qui répondent sous {n} semaines.",
    "Une attention particulière est portée aux projets qui permettent de {verb} {object}.",
    "Les entreprises de {branch} et leurs sous-traitants peuvent déposer un dossier commun.",
    "Le versement se fait en {n} fois, sur présentation des factures acquittées.",
    "Le porteur présente un plan de financement, un calendrier et trois devis.",
    "La subvention ne peut excéder la moitié du coût de {nature}, études comprises.",
    "Un comité réunit l’État, la région et les acteurs de la filière {branch} chaque trimestre.",
)


class _Draw(random.Random):
    def some(self, values: list, most: int) -> list:
        return sorted(self.sample(values, self.randint(1, most)))

    def chance(self, share: float) -> bool:
        return self.random() < share


def fill(schemes: int = SCHEMES) -> float:
    """Write the schemes by COPY, then their catalogue rows as the portal writes them; return the seconds it took.

    Two processes write the rows: one would leave a processor idle.
    """
    begin = time.perf_counter()
    with transaction.atomic():
        for model, rows in _tables(_Draw(2023), schemes).items():
            _copy(model, rows)
    slices = [(first, min(first + SLICE, schemes + 1)) for first in range(1, schemes + 1, SLICE)]
    with multiprocessing.get_context("spawn").Pool(2, django.setup) as pool:
        pool.starmap(_rebuild, slices, chunksize=1)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return time.perf_counter() - begin


def _rebuild(first: int, after: int) -> None:
    from funding import listing

    listing.rebuild(range(first, after))


def _copy(model: type[models.Model], rows: list[dict]) -> None:
    """Write rows by COPY, fields that a row does not give being at their default; then move the sequence past them."""
    fields = [field for field in model._meta.concrete_fields if field.attname != "id"]
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(name) for name in ("id", *(field.column for field in fields)))
    defaults = [(field.attname, field.get_default()) for field in fields]
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for number, row in enumerate(rows, start=1):
                copy.write_row([row.get("id", number), *(row.get(name, default) for name, default in defaults)])
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', 'id'), %s)", [len(rows) + 1])


def _tables(draw: _Draw, count: int) -> dict[type[models.Model], list[dict]]:
    places = _Places()
    tables: dict[type[models.Model], list[dict]] = {
        model: []
        for model in (
            *(Organisation, Scheme, SchemeOrganisation, Criterion, AmountRule, SchemeLink, Call, Round, Contact),
        )
    }
    tables[Organisation] = list(_organisations(places))
    for number in range(1, count + 1):
        _scheme(draw, number, places, tables)
    return tables


class _Places:
    """Codes to draw from, with their names."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.regions = self._of(PlaceKind.REGION)
        self.departements = self._of(PlaceKind.DEPARTEMENT)
        self.local = self._of(PlaceKind.EPCI, PlaceKind.TERRITORY)

    def _of(self, *kinds: str) -> list[str]:
        found = dict(Place.objects.in_force().of_kind(*kinds).order_by("code").values_list("code", "name"))
        self.names |= found
        return list(found)

    def draw(self, draw: _Draw) -> tuple[list[str], list[str]]:
        kind = draw.random()
        if kind < 0.3:
            included = [COUNTRY]
        elif kind < 0.7:
            included = draw.some(self.regions, 2)
        elif kind < 0.9:
            included = draw.some(self.departements, 3)
        else:
            included = draw.some(self.local, 5)
        excluded = draw.some(self.departements, 2) if draw.chance(0.08) else []
        return included, [code for code in excluded if code not in included]


def _organisations(places: _Places) -> Iterator[dict]:
    national = ("État", "Bpifrance", "ADEME", "Banque des Territoires", "Action Logement", "Union européenne")
    named = [*national, *(f"Région {places.names[code]}" for code in places.regions)]
    named += [f"Département de {places.names[code]}" for code in places.departements]
    for number, name in enumerate(named, start=1):
        yield {"id": number, "name": name, "slug": f"organisme-{number}", "kind": "state" if number == 1 else "other"}


def _scheme(draw: _Draw, number: int, places: _Places, tables: dict[type[models.Model], list[dict]]) -> None:
    included, excluded = places.draw(draw)
    where = "France" if included == [COUNTRY] else places.names[included[0]]
    objects, branch = draw.choice(_OBJECTS), draw.choice(_BRANCHES)
    natures = draw.some(list(ProjectNature), 3)
    expenses = draw.some(list(ExpenseNature), 4)
    kinds = draw.some(list(HelpKind), 2)
    words = {"object": objects, "branch": branch, "place": where, "nature": PROJECT_NATURES[natures[0]]}
    tables[Scheme].append(
        {
            "id": number,
            "slug": f"aide-{number}",
            "name": f"{draw.choice(_FORMS)} pour {objects} – {branch}, {where}"[:250],
            "summary": _sentence(draw, words, expenses),
            "description": "".join(f"<p>{_sentence(draw, words, expenses)}</p>" for _ in range(draw.randint(3, 8))),
            "eligibility_text": f"<p>{_sentence(draw, words, expenses)}</p>",
            "to_prepare": "<ul><li>Plan de financement</li><li>Devis</li><li>Derniers comptes</li></ul>",
            "state": "published",
            "help_kinds": [str(kind) for kind in kinds],
            "included_codes": included,
            "excluded_codes": excluded,
            "regime": draw.choice(["de_minimis", "exempted", "unknown"]),
            "source_name": "Banc d’essai",
            "source_key": str(number),
            "updated_at": START + timedelta(hours=number % 20_000),
        }
    )
    funders = tables[Organisation]
    body = draw.choice(funders)["id"] if draw.chance(0.7) else draw.randint(1, 6)
    for role in ("funder", "instructor"):
        tables[SchemeOrganisation].append({"scheme_id": number, "organisation_id": body, "role": role})
    tables[Contact].append(
        {
            "scheme_id": number,
            "organisation_id": body,
            "email": f"guichet-{body}@exemple.fr",
            "included_codes": included,
        }
    )
    tables[SchemeLink].append(
        {"scheme_id": number, "label": "Page officielle", "url": f"https://exemple.fr/aides/{number}"}
    )
    tables[Criterion] += _criteria(draw, number, natures, expenses)
    tables[AmountRule].append({"scheme_id": number, **_amount(draw)})
    _calls(draw, number, included, excluded, places, tables)


def _sentence(draw: _Draw, words: dict, expenses: list) -> str:
    return draw.choice(_SENTENCES).format(
        verb=draw.choice(_VERBS), n=draw.randint(2, 18), expense=EXPENSE_NATURES[draw.choice(expenses)], **words
    )[:300]


def _criteria(draw: _Draw, scheme: int, natures: list, expenses: list) -> Iterator[dict]:
    audiences = draw.choice(
        [["firm"], ["firm"], ["firm"], ["firm", "association"], ["epci", "commune"], ["epci", "commune", "firm"]]
    )
    rows: list[dict] = [{"kind": "audience", "values": audiences}]
    if draw.chance(0.9):
        rows.append({"kind": "project_nature", "values": [str(code) for code in natures]})
    if draw.chance(0.6):
        rows.append({"kind": "expense_nature", "values": [str(code) for code in expenses]})
    if "firm" in audiences:
        if draw.chance(0.6):
            sizes = draw.choice([sorted(EuSize.sme), sorted(EuSize.sme | {"mid_cap"})])
            rows.append({"kind": "eu_size", "values": [str(size) for size in sizes]})
        if draw.chance(0.3):
            rows.append({"kind": "staff_range", "lower": draw.choice([None, 3, 10]), "upper": draw.choice([249, 4999])})
        if draw.chance(0.4):
            rows.append({"kind": "naf", "values": [str(code) for code in draw.some(list(range(10, 34)), 8)]})
    if draw.chance(0.4):
        rows.append({"kind": "project_amount", "lower": draw.choice([5_000, 20_000, 100_000, 400_000])})
    if draw.chance(0.5):
        rows.append({"kind": "work_not_started"})
    if draw.chance(0.3):
        rows.append({"kind": "free_text", "text": "Conforme à la stratégie locale.", "contact": "la région"})
    for position, row in enumerate(rows):
        yield {"scheme_id": scheme, "position": position, **row}


def _amount(draw: _Draw) -> dict:
    if draw.chance(0.4):
        return {"kind": "flat", "amount": draw.choice([2_000, 4_000, 8_000, 15_000, 50_000]), "is_ceiling": True}
    rate = Decimal(draw.choice(["0.1", "0.2", "0.3", "0.5"]))
    return {"kind": "rate", "rate": rate, "upper": draw.choice([None, 50_000, 200_000, 800_000])}


def _calls(
    draw: _Draw,
    scheme: int,
    included: list[str],
    excluded: list[str],
    places: _Places,
    tables: dict[type[models.Model], list[dict]],
) -> None:
    national = len(tables[Call]) + 1
    is_permanent = draw.chance(0.15)
    tables[Call].append(
        {"id": national, "scheme_id": scheme, "slug": "appel", "name": "Appel à projets", "is_permanent": is_permanent}
    )
    if not is_permanent:
        tables[Round] += _rounds(draw, national)
    if included == [COUNTRY] and draw.chance(0.1):
        for region in draw.some([code for code in places.regions if code not in excluded], 2):
            variant = len(tables[Call]) + 1
            tables[Call].append(
                {
                    "id": variant,
                    "scheme_id": scheme,
                    "variant_of_id": national,
                    "slug": f"appel-{region.lower()}",
                    "name": f"Appel à projets, {places.names[region]}",
                    "included_codes": [region],
                }
            )
            tables[Round] += _rounds(draw, variant)


def _rounds(draw: _Draw, call: int) -> Iterable[dict]:
    opens = START + timedelta(days=draw.randint(0, 1_100), hours=draw.randint(0, 23))
    for _ in range(draw.randint(1, 3)):
        closes = opens + timedelta(days=draw.randint(20, 300), hours=draw.randint(0, 12))
        yield {"call_id": call, "opens_at": opens, "closes_at": closes}
        opens = closes + timedelta(days=draw.randint(10, 120))
