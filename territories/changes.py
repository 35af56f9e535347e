"""Recent changes: versions of territories' pages and mandates, newest first, in one list."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import CharField, DateField, F, IntegerField, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from territories.contacts import Folded
from territories.enums import MandateRole
from territories.models import Mandate, Territory, TerritoryProfile
from territories.presenters.versions import note_of
from ti_portal.core.text import fold

PAGE, MANDATE = "page", "mandate"


@dataclass(frozen=True)
class Change:
    """One line of the list, in words. `version` is that of a page, None for a mandate."""

    at: datetime
    author: str
    territory_code: str
    territory_name: str
    title: str
    detail: str
    version: int | None

    @property
    def previous(self) -> int | None:
        return None if self.version is None else self.version - 1


def recent_changes(
    *,
    territory: Territory | None = None,
    person: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet:
    """Raw lines, dictionaries for `in_words`; both days included, in the time of Paris.

    `person` is looked for among those who made the change and those whom a mandate concerns.
    """
    versions = TerritoryProfile.history.model.objects.annotate(
        kind=Value(PAGE),
        person_name=Value("", TextField()),
        person_email=Value("", CharField()),
        role_code=Value("", CharField()),
        starts=Cast(Value(None), DateField()),
        ends=Cast(Value(None), DateField()),
        number=F("version"),
    )
    mandates = Mandate.history.model.objects.annotate(
        kind=Value(MANDATE),
        person_name=_full_name("person"),
        person_email=F("person__email"),
        role_code=F("role"),
        starts=F("valid_from"),
        ends=F("valid_until"),
        number=Cast(Value(None), IntegerField()),
    )
    lines = [_filtered(rows, territory, person, since, until) for rows in (versions, mandates)]
    return lines[0].union(lines[1], all=True).order_by("-at", "kind", "-history_id")


def _filtered(rows, territory, person, since, until):
    if territory is not None:
        rows = rows.filter(territory=territory)
    if since:
        rows = rows.filter(history_date__gte=timezone.make_aware(datetime.combine(since, time.min)))
    if until:
        rows = rows.filter(history_date__lte=timezone.make_aware(datetime.combine(until, time.max)))
    rows = rows.annotate(author_name=_full_name("history_user"))
    if words := fold(person).split():
        rows = rows.annotate(
            author_words=Folded(
                Concat(F("author_name"), Value(" "), F("history_user__email"), output_field=TextField())
            ),
            person_words=Folded(Concat(F("person_name"), Value(" "), F("person_email"), output_field=TextField())),
        )
        for word in words[:10]:
            rows = rows.filter(Q(author_words__contains=word) | Q(person_words__contains=word))
    return rows.values(
        "kind",
        "history_id",
        "person_name",
        "person_email",
        "author_name",
        at=F("history_date"),
        event=F("history_type"),
        territory_code=F("territory__place__code"),
        territory_name=F("territory__place__name"),
        author_email=F("history_user__email"),
        page_version=F("number"),
        reason=F("history_change_reason"),
        role_name=F("role_code"),
        first_day=F("starts"),
        last_day=F("ends"),
    )


def _full_name(who: str):
    return Concat(F(f"{who}__first_name"), Value(" "), F(f"{who}__last_name"), output_field=TextField())


def in_words(line: dict) -> Change:
    author = (line["author_name"] or "").strip() or line["author_email"] or "Le portail"
    if line["kind"] == PAGE:
        title = f"Page : version {line['page_version']}"
        detail = note_of(line["reason"])
    else:
        person = (line["person_name"] or "").strip() or line["person_email"] or "un compte fermé"
        role = MandateRole(line["role_name"]).label if line["role_name"] in MandateRole.values else line["role_name"]
        title = {"+": "Mandat donné", "~": "Mandat modifié", "-": "Mandat retiré"}[line["event"]]
        detail = f"{person}, {role}, {_period(line['first_day'], line['last_day'])}"
    return Change(
        at=line["at"],
        author=author,
        territory_code=(line["territory_code"] or "").lower(),
        territory_name=line["territory_name"] or "",
        title=title,
        detail=detail,
        version=line["page_version"],
    )


def _period(first: date, last: date | None) -> str:
    return f"du {first:%d/%m/%Y} au {last:%d/%m/%Y}" if last else f"depuis le {first:%d/%m/%Y}"
