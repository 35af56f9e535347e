"""What the portal publishes of its schemes, for anyone to take: the columns, and the rows in CSV and JSON.

Three files: the national schema (`funding.national_schema`), a fuller CSV and a JSON of our own. All are made row after
row: their memory does not grow with the number of schemes. A column is never renamed nor given another sense; adding
one raises `FORMAT`.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from funding import statuses
from funding.eligibility.codes import CriterionKind
from funding.enums import LinkKind, Role
from funding.models import Scheme
from funding.national_schema.columns import NAMES
from funding.national_schema.exporting import CHUNK, Exporter, with_all
from funding.national_schema.texts import one_line, to_text
from ti_portal.core.spreadsheets import neutralised
from ti_portal.core.spreadsheets.tables import NOT_TEXT

FORMAT = 1
LICENCE = "Licence Ouverte 2.0 (Etalab)"
_BLOCK = 64 * 1024


@dataclass(frozen=True)
class Facts:
    """A scheme with what its columns share."""

    scheme: Scheme
    status: Any
    identifier: str
    site: str


@dataclass(frozen=True)
class Column:
    """A column of the fuller files. `nested` values are lists or objects: JSON text in the CSV, themselves in JSON."""

    name: str
    meaning: str
    value: Callable[[Facts], Any]
    nested: bool = False


def _bodies(facts: Facts, *roles: str) -> list[str]:
    return [role.organisation.name for role in facts.scheme.roles.all() if role.role in roles]


def _links(facts: Facts, kind: str) -> list[str]:
    return [link.url for link in facts.scheme.links.all() if link.kind == kind]


def _audiences(facts: Facts) -> list[str]:
    rows = [row for row in facts.scheme.criteria.all() if row.kind == CriterionKind.AUDIENCE and row.is_hard]
    return sorted({code for row in rows for code in row.values})


def _criteria(facts: Facts) -> list[dict[str, Any]]:
    return [
        {
            "porte_sur": row.kind,
            "valeurs": row.values,
            "exclues": row.excluded,
            "minimum": _number(row.lower),
            "maximum": _number(row.upper),
            "attendu": row.expected,
            "obligatoire": row.is_hard,
            "ne_concerne_que": row.applies_to,
            "a_verifier_aupres_de": row.contact,
            "texte": row.text,
            "lien": row.link,
        }
        for row in facts.scheme.criteria.all()
    ]


def _amounts(facts: Facts) -> list[dict[str, Any]]:
    return [
        {
            "calcul": row.kind,
            "somme": _number(row.amount),
            "mois": row.months,
            "taux": _number(row.rate),
            "plancher": _number(row.lower),
            "plafond": _number(row.upper),
            "plafond_assiette": _number(row.base_cap),
            "jusqu_a": row.is_ceiling,
            "condition": row.condition_kind,
            "condition_valeurs": row.condition_values,
            "condition_minimum": _number(row.condition_lower),
            "condition_maximum": _number(row.condition_upper),
            "condition_attendu": row.condition_expected,
            "texte": row.text,
        }
        for row in facts.scheme.amounts.all()
    ]


def _calls(facts: Facts) -> list[dict[str, Any]]:
    slugs = {call.pk: call.slug for call in facts.scheme.calls.all()}
    return [
        {
            "identifiant": call.slug,
            "nom": call.name,
            "nature": call.kind,
            "variante_de": slugs.get(call.variant_of_id, ""),
            "lieux_compris": call.included_codes,
            "lieux_exclus": call.excluded_codes,
            "permanent": call.is_permanent,
            "suspendu_depuis": _instant(call.suspended_from),
            "suspendu_jusqu_au": _instant(call.suspended_until),
            "epuise_depuis": _instant(call.exhausted_from),
            "page": call.url,
            "releves": [
                {
                    "libelle": round_.label,
                    "ouverture": _instant(round_.opens_at),
                    "cloture": _instant(round_.closes_at),
                    "fuseau": round_.zone,
                    "comite": _day(round_.committee_on),
                    "resultats": _day(round_.results_on),
                    "enveloppe": _number(round_.envelope),
                    "reste": _number(round_.remaining),
                    "epuise_depuis": _instant(round_.exhausted_from),
                    "annoncee_pour": round_.announced_for,
                }
                for round_ in call.rounds.all()
            ],
        }
        for call in facts.scheme.calls.all()
    ]


def _end_is_published(facts: Facts) -> str:
    if facts.scheme.valid_until is None:
        return ""
    return "oui" if facts.scheme.end_is_known else "non"


def _number(value) -> str | None:
    """A decimal as text, so that no reader rounds it."""
    return None if value is None else f"{value.normalize():f}"


def _instant(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat(timespec="seconds")


def _day(value) -> str | None:
    return None if value is None else value.isoformat()


COLUMNS = (
    Column("identifiant", "nom du dispositif dans les adresses du portail", lambda f: f.scheme.slug),
    Column("identifiant_national", "UUID, le même que dans le fichier au schéma national", lambda f: f.identifier),
    Column("nom", "nom du dispositif", lambda f: one_line(f.scheme.name)),
    Column("sigle", "sigle", lambda f: f.scheme.acronym),
    Column("resume", "le dispositif en une phrase", lambda f: one_line(f.scheme.summary)),
    Column("description", "description, en texte", lambda f: to_text(f.scheme.description)),
    Column("qui_peut_en_beneficier", "les conditions, en clair", lambda f: to_text(f.scheme.eligibility_text)),
    Column("a_preparer", "ce qu’il faut préparer, en texte", lambda f: to_text(f.scheme.to_prepare)),
    Column("natures_aide", "codes des natures de l’aide", lambda f: f.scheme.help_kinds),
    Column("publics", "codes des publics admis", _audiences),
    Column("lieux_compris", "codes des lieux où le dispositif s’applique", lambda f: f.scheme.included_codes),
    Column("lieux_exclus", "codes des lieux exclus, qui l’emportent", lambda f: f.scheme.excluded_codes),
    Column("etat", "code de l’état au moment de l’export", lambda f: str(f.status.state)),
    Column("etat_libelle", "le même état, en français", lambda f: statuses.label(f.status)),
    Column("ouverture", "ouverture de la relève qui compte, instant ISO 8601", lambda f: _instant(f.status.opens_at)),
    Column("cloture", "clôture de la relève qui compte, instant ISO 8601", lambda f: _instant(f.status.closes_at)),
    Column("financeurs", "qui finance", lambda f: _bodies(f, Role.FUNDER)),
    Column("instructeurs", "qui instruit les dossiers", lambda f: _bodies(f, Role.INSTRUCTOR)),
    Column("autres_organismes", "qui accompagne ou diffuse", lambda f: _bodies(f, Role.PARTNER, Role.DISTRIBUTOR)),
    Column("programme", "programme", lambda f: f.scheme.programme),
    Column("base_juridique", "base juridique", lambda f: f.scheme.legal_basis),
    Column("regime", "code du régime d’aide d’État", lambda f: f.scheme.regime),
    Column("existe_depuis", "premier jour du dispositif", lambda f: _day(f.scheme.valid_from)),
    Column("existe_jusqu_au", "dernier jour du dispositif", lambda f: _day(f.scheme.valid_until)),
    Column("fin_publiee", "« non » quand ce dernier jour est tenu pour tel sans être publié", _end_is_published),
    Column("pages_officielles", "adresses officielles", lambda f: _links(f, LinkKind.OFFICIAL)),
    Column("textes_de_reference", "adresses des textes", lambda f: _links(f, LinkKind.LEGAL)),
    Column("page", "page du dispositif dans le portail", lambda f: f"{f.site}{f.scheme.get_absolute_url()}"),
    Column("criteres", "les critères du test d’éligibilité", _criteria, nested=True),
    Column("montants", "les règles de calcul des montants, en euros", _amounts, nested=True),
    Column("appels", "les appels et leurs relèves", _calls, nested=True),
    Column("source", "d’où viennent ces renseignements", lambda f: f.scheme.source_name),
    Column("source_date", "date de la source", lambda f: _day(f.scheme.source_date)),
    Column("modifie_le", "dernière modification dans le portail", lambda f: _instant(f.scheme.updated_at)),
)


def national_csv(schemes: QuerySet[Scheme], *, at: datetime) -> Iterator[bytes]:
    """The file of the national schema, block by block. Dates are those of the calls that count at `at`."""
    return _csv(NAMES, (row.values() for row in Exporter(at).rows(schemes)))


def full_csv(schemes: QuerySet[Scheme], *, at: datetime, site: str = "") -> Iterator[bytes]:
    """The fuller CSV, block by block. Lists of codes and names are parted by `|`, nested values are JSON.

    `site` comes before the path of each page.
    """
    rows = ([_cell(column, facts) for column in COLUMNS] for facts in _facts(schemes, at, site))
    return _csv([column.name for column in COLUMNS], rows)


def full_json(schemes: QuerySet[Scheme], *, at: datetime, site: str = "") -> Iterator[bytes]:
    """The same in JSON, block by block: one object, whose `dispositifs` is the list."""
    head = {"format": FORMAT, "licence": LICENCE, "etat_au": _instant(at)}
    yield f'{json.dumps(head, ensure_ascii=False)[:-1]}, "dispositifs": ['.encode()
    yield from _in_blocks(_json_items(schemes, at, site))
    yield b"\n]}\n"


def _json_items(schemes: QuerySet[Scheme], at: datetime, site: str) -> Iterator[str]:
    for rank, facts in enumerate(_facts(schemes, at, site)):
        item = {column.name: column.value(facts) for column in COLUMNS}
        yield ("," if rank else "") + "\n" + json.dumps(item, ensure_ascii=False)


def _facts(schemes: QuerySet[Scheme], at: datetime, site: str) -> Iterator[Facts]:
    exporter = Exporter(at)
    for scheme in with_all(schemes).order_by("pk").iterator(chunk_size=CHUNK):
        identifier = exporter.identifiers.of(scheme.pk, scheme.slug, scheme.source_key)
        yield Facts(scheme, statuses.status_here(scheme, at), identifier, site)


def _cell(column: Column, facts: Facts) -> str:
    value = column.value(facts)
    if column.nested:
        return json.dumps(value, ensure_ascii=False) if value else ""
    if isinstance(value, list):
        return "|".join(one_line(str(item)).replace("|", "/") for item in value)
    return "" if value is None else str(value)


def _csv(headers: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[bytes]:
    return _in_blocks(_csv_lines(headers, rows))


def _csv_lines(headers: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Commas and UTF-8 without mark, as open data is; no cell is taken for a formula by a spreadsheet."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headers)
    for row in rows:
        yield text.getvalue()
        text.seek(0)
        text.truncate()
        writer.writerow([neutralised(NOT_TEXT.sub("\ufffd", cell)) for cell in row])
    yield text.getvalue()


def _in_blocks(lines: Iterable[str]) -> Iterator[bytes]:
    block: list[str] = []
    size = 0
    for line in lines:
        block.append(line)
        size += len(line)
        if size >= _BLOCK:
            yield "".join(block).encode()
            block, size = [], 0
    yield "".join(block).encode()


Maker = Callable[..., Iterator[bytes]]


@dataclass(frozen=True)
class File:
    """One of the published files. `label` and `about` are told to people."""

    key: str
    path: str
    name: str
    content_type: str
    label: str
    about: str
    make: Maker


def _national(schemes: QuerySet[Scheme], *, at: datetime, site: str = "") -> Iterator[bytes]:
    return national_csv(schemes, at=at)


FILES: Mapping[str, File] = {
    file.key: file
    for file in (
        File(
            "national",
            "export-schema-national.csv",
            "dispositifs-schema-national",
            "text/csv; charset=utf-8",
            "Dispositifs au schéma national (CSV)",
            "Schéma « dispositif-aide-professionnels », version 0.2.0.",
            _national,
        ),
        File(
            "csv",
            "export.csv",
            "dispositifs",
            "text/csv; charset=utf-8",
            "Dispositifs, fichier complet (CSV)",
            "Toutes les colonnes ci-dessous ; virgules, UTF-8.",
            full_csv,
        ),
        File(
            "json",
            "export.json",
            "dispositifs",
            "application/json; charset=utf-8",
            "Dispositifs, fichier complet (JSON)",
            "Les mêmes colonnes, critères, montants et relèves en objets.",
            full_json,
        ),
    )
}
