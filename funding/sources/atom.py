"""Atom and RSS feeds: the deadline is a field of the entry made for that, or the date that follows certain words."""

import io
import re
from collections.abc import Iterator
from datetime import date, datetime, time
from html import unescape
from typing import Any, ClassVar
from xml.sax import SAXException
from zoneinfo import ZoneInfo

import feedparser
from django import forms
from django.utils import timezone

from funding.models import Source
from funding.national_schema.texts import one_line, shortened
from funding.sources.deadlines import MAX_EVENTS, DeadlinesForm, Event, is_reasonable, reading_of
from funding.sources.kind import Kind, refuse_page
from funding.sources.reading import Reading, UnreadableSource
from ti_portal.core.text import fold

PARIS = ZoneInfo("Europe/Paris")
MAX_BYTES = 5 * 1024 * 1024
MAX_TEXT = 20_000
WORDS = "date limite, clôture, jusqu’au, avant le"
# Fields of the modules « xCal » and « event » of RSS, as feedparser names them.
_FIELDS = ("xcal_dtend", "cal_dtend", "ev_enddate", "event_enddate")
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("janvier janv", "fevrier fevr", "mars", "avril avr", "mai", "juin", "juillet juil", "aout", "septembre sept",
         "octobre oct", "novembre nov", "decembre dec"), start=1,
    )
    for name in names.split()
}  # fmt: skip
# On folded text: « 31 mars 2027 a 12 h 30 », « 1er avril 2027 », « 31 03 2027 », « 2027 03 31 ».
_DATE = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:er)? (?P<month>{'|'.join(_MONTHS)}|\d{{1,2}}) (?P<year>\d{{4}})"
    r"|(?P<iso_year>\d{4}) (?P<iso_month>\d{2}) (?P<iso_day>\d{2}))"
    r"(?: (?:a |t)?(?P<hour>\d{1,2}) ?h(?:eures?)?(?: ?(?P<minute>\d{2}))?\b)?"
)
_REACH = 60


class AtomForm(DeadlinesForm):
    words = forms.CharField(
        label="Mots qui annoncent la date limite",
        required=False,
        max_length=300,
        help_text=f"Séparés par des virgules. Vide : {WORDS}.",
    )
    field_order = ["scheme", "words", "mapping"]


class Atom(Kind):
    name: ClassVar[str] = "atom"
    label: ClassVar[str] = "Flux de dates (Atom ou RSS)"
    form_class: ClassVar[type[forms.Form]] = AtomForm
    file_name: ClassVar[str] = "flux.xml"

    def read(self, data: bytes, source: Source, at: datetime | None = None) -> Reading:
        refuse_page(data)
        if len(data) > MAX_BYTES:
            raise UnreadableSource("too_big", "Le flux est trop grand.")
        if b"<!ENTITY" in data.upper():
            raise UnreadableSource("not_a_feed", "Le flux définit des entités : il n’est pas lu.")
        try:
            # As a file: feedparser would take bytes or text for an address, or for the name of a file.
            feed = feedparser.parse(io.BytesIO(data))
        except Exception as error:
            raise UnreadableSource("not_a_feed", "Le flux est mal formé : rien n’en est gardé.") from error
        if not feed.get("version") and not feed.get("entries"):
            raise UnreadableSource("not_a_feed", "Ce n’est pas un flux Atom ou RSS.")
        if isinstance(feed.get("bozo_exception"), SAXException):
            raise UnreadableSource("not_a_feed", "Le flux est mal formé : rien n’en est gardé.")
        words = [word for part in (source.options.get("words") or WORDS).split(",") if (word := fold(part))]
        return reading_of(_events(feed["entries"][:MAX_EVENTS], words), source, at or timezone.now())


def _events(entries: list[Any], words: list[str]) -> Iterator[Event]:
    for position, entry in enumerate(entries, start=1):
        title = shortened(one_line(_text(entry.get("title"))), 250) or "(sans titre)"
        closes, remarks = _deadline(entry, title, words)
        yield Event(
            position=position,
            uid=shortened(one_line(_text(entry.get("id"))), 180),
            title=title,
            url=one_line(_text(entry.get("link")))[:1_000],
            closes=closes,
            remarks=remarks,
        )


def _deadline(entry: Any, title: str, words: list[str]) -> tuple[date | datetime | None, tuple[str, ...]]:
    for name in _FIELDS:
        if (told := _text(entry.get(name))) and (found := _machine_date(told)) is not None:
            return found, ()
    contents = entry.get("content") or []
    texts = [
        title,
        _text(entry.get("summary")),
        *(_text(part.get("value")) for part in contents if hasattr(part, "get")),
    ]
    dates = dict.fromkeys(found for text in texts for found in dates_after(_bare(text), words))
    if len(dates) > 1:
        return None, ("Plusieurs dates limites sont lisibles : aucune n’est choisie.",)
    return next(iter(dates), None), ()


def dates_after(text: str, words: list[str]) -> list[date | datetime]:
    """Dates that stand, in a text, shortly after one of these folded words. An hour said beside is one of Paris."""
    folded = fold(text[:MAX_TEXT])
    found = []
    for word in words:
        for place in re.finditer(rf"\b{re.escape(word)}\b", folded):
            match = _DATE.search(folded, place.end(), place.end() + _REACH)
            if match and (value := _read(match)) is not None:
                found.append(value)
    return found


def _read(match: re.Match) -> date | datetime | None:
    try:
        month = match["iso_month"] or match["month"]
        day = date(
            int(match["iso_year"] or match["year"]),
            _MONTHS[month] if month in _MONTHS else int(month),
            int(match["iso_day"] or match["day"]),
        )
        if match["hour"] is None:
            found: date | datetime = day
        elif int(match["hour"]) == 24:
            found = day
        else:
            found = datetime.combine(day, time(int(match["hour"]), int(match["minute"] or 0)), PARIS)
    except ValueError:
        return None
    return found if is_reasonable(found) else None


def _machine_date(text: str) -> date | datetime | None:
    text = text.strip()[:40]
    try:
        found = date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
    except ValueError:
        return None
    if isinstance(found, datetime):
        found = found.replace(tzinfo=found.tzinfo or PARIS)
    return found if is_reasonable(found) else None


def _bare(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", " ", html[:MAX_TEXT]))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
