"""The directory: each person's own entry, confirmed once a year, and who appears in it.

Row T1 of the assembly's document: référents keep their own contact details up to date.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Coalesce, Concat

from territories.models import ContactEntry, Mandate
from ti_portal.core.text import fold

CONFIRMED_FOR = timedelta(days=365)
FIELDS = ("job_title", "organisation", "phone", "is_email_shared")
MAX_LENGTH = 150

_PHONE_SIGNS = re.compile(r"[\s.\-‐‑–/()\u00a0\u202f]")
# Overseas départements have an international code of their own, and the mobile or fixed prefix that goes with it.
_OVERSEAS = {"262": ("262", "263", "269", "639", "692", "693"), "590": ("590", "690", "691"), "594": ("594", "694"),
             "596": ("596", "696", "697")}  # fmt: skip
_COLLECTIVITIES = {"508": 6, "681": 6, "687": 6, "689": 8}
_BAD_PHONE = "Écrivez un numéro français : 04 66 12 34 56, ou +33 4 66 12 34 56, ou +687 12 34 56."


@dataclass(frozen=True)
class Details:
    """What an entry says, apart from when it was confirmed."""

    job_title: str = ""
    organisation: str = ""
    phone: str = ""
    is_email_shared: bool = True

    @classmethod
    def of(cls, entry: ContactEntry) -> "Details":
        return cls(**{name: getattr(entry, name) for name in FIELDS})

    def differs_from(self, other: "Details") -> tuple[str, ...]:
        return tuple(name for name in FIELDS if getattr(self, name) != getattr(other, name))


class EntryConflict(Exception):
    """The entry was changed elsewhere (another window, another device) since the version the person started from."""

    def __init__(self, *, current: Details, version: int, mine: Details) -> None:
        super().__init__(f"version {version}")
        self.current = current
        self.version = version
        self.mine = mine
        self.fields = mine.differs_from(current)


def due_on(entry: ContactEntry | None) -> date | None:
    """The day from which an entry waits to be confirmed; None when it never was."""
    return entry.confirmed_on + CONFIRMED_FOR if entry is not None and entry.confirmed_on else None


def is_due(entry: ContactEntry | None, today: date) -> bool:
    due = due_on(entry)
    return due is None or today >= due


def normalise_phone(text: str) -> str:
    """Return a French number in its usual form, empty for an empty text.

    Numbers of the nine-digit plan give « 04 66 12 34 56 » (overseas départements included, whose international code
    repeats the first digits); those of the collectivities overseas « +687 12 34 56 ». Others raise ValidationError.
    """
    bare = _PHONE_SIGNS.sub("", text.replace("(0)", ""))
    if not bare:
        return ""
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    if not re.fullmatch(r"\+?[0-9]{6,15}", bare):
        raise ValidationError(_BAD_PHONE, code="phone")
    if not bare.startswith("+"):
        national = bare
    elif bare.startswith("+33"):
        national = "0" + bare[3:].removeprefix("0")
    elif bare[1:4] in _COLLECTIVITIES and len(bare) == 4 + _COLLECTIVITIES[bare[1:4]]:
        return f"{bare[:4]} {_in_pairs(bare[4:])}"
    elif bare[1:4] in _OVERSEAS and bare[4:].removeprefix("0").startswith(_OVERSEAS[bare[1:4]]):
        national = "0" + bare[4:].removeprefix("0")
    else:
        raise ValidationError(_BAD_PHONE, code="phone")
    if not re.fullmatch(r"0[1-9][0-9]{8}", national):
        raise ValidationError(_BAD_PHONE, code="phone")
    return _in_pairs(national)


def phone_link(phone: str) -> str:
    """The number for a `tel:` link: « 04 66 12 34 56 » gives « +33466123456 »."""
    bare = phone.replace(" ", "")
    if bare.startswith("+") or not bare:
        return bare
    for code, prefixes in _OVERSEAS.items():
        if bare[1:].startswith(prefixes):
            return f"+{code}{bare[1:]}"
    return f"+33{bare[1:]}"


def _in_pairs(digits: str) -> str:
    return " ".join(digits[i : i + 2] for i in range(0, len(digits), 2))


def cleaned(changes: Mapping[str, object]) -> dict[str, object]:
    """Return `changes` in their one form. Raises ValidationError by field, in French."""
    if unknown := set(changes) - set(FIELDS):
        raise TypeError(f"unknown fields: {sorted(unknown)}")
    values: dict[str, object] = {}
    errors = {}
    for name, value in changes.items():
        try:
            if name == "is_email_shared":
                values[name] = bool(value)
            elif name == "phone":
                values[name] = normalise_phone(str(value))
            else:
                values[name] = _clean_line(str(value))
        except ValidationError as error:
            errors[name] = error
    if errors:
        raise ValidationError(errors)
    return values


def _clean_line(text: str) -> str:
    text = " ".join(text.split())
    if len(text) > MAX_LENGTH:
        raise ValidationError(f"{MAX_LENGTH} signes au plus ; il y en a {len(text)}.", code="too_long")
    if "\x00" in text:
        raise ValidationError("Ce texte contient un signe qui ne s’écrit pas.", code="null")
    return text


@transaction.atomic
def update_entry(
    *, person_id: int, changes: Mapping[str, object], based_on_version: int, today: date
) -> tuple[ContactEntry, bool]:
    """Write one's own entry; it counts as confirmed on `today`. Return it, and whether anything was written.

    Locks the entry. Raises ValidationError by field; raises EntryConflict when the entry was changed since
    `based_on_version` (0: it did not exist) and does not already say what is asked.
    """
    values = cleaned(changes)
    entry = _locked(person_id)
    current = Details.of(entry)
    mine = Details(**{**{name: getattr(current, name) for name in FIELDS}, **values})
    if entry.version != based_on_version and mine != current:
        raise EntryConflict(current=current, version=entry.version, mine=mine)
    if mine == current and entry.confirmed_on == today:
        return entry, False
    for name in FIELDS:
        setattr(entry, name, getattr(mine, name))
    return _write(entry, today), True


@transaction.atomic
def confirm_entry(*, person_id: int, based_on_version: int, today: date) -> tuple[ContactEntry, bool]:
    """Say that one's entry is right as it stands. Return it, and whether anything was written.

    Raises EntryConflict when it is no longer the version that the person read. Twice on the same day changes nothing.
    """
    entry = _locked(person_id)
    if entry.confirmed_on == today:
        return entry, False
    if entry.version != based_on_version:
        current = Details.of(entry)
        raise EntryConflict(current=current, version=entry.version, mine=current)
    return _write(entry, today), True


def _locked(person_id: int) -> ContactEntry:
    rows = ContactEntry.objects.select_for_update(of=("self",)).filter(person_id=person_id)
    if (entry := rows.first()) is not None:
        return entry
    # Two first writers at once: one inserts, the other waits here and finds the row.
    ContactEntry.objects.bulk_create([ContactEntry(person_id=person_id, version=0)], ignore_conflicts=True)
    return rows.get()


def _write(entry: ContactEntry, today: date) -> ContactEntry:
    entry.version += 1
    entry.confirmed_on = today
    entry.save()
    return entry


class Folded(Func):
    """SQL twin of `ti_portal.core.text.fold` for names: lower case, no accent, one space for every other sign."""

    output_field = TextField()
    template = (
        "regexp_replace(replace(replace(translate(lower(%(expressions)s), "
        "'àâäáãåçéèêëíìîïñóòôöõúùûüýÿ', 'aaaaaaceeeeiiiinooooouuuuyy'), 'œ', 'oe'), 'æ', 'ae'), '[^a-z0-9]+', ' ', 'g')"
    )


def directory(
    today: date, *, text: str = "", role: str = "", region_code: str = "", territory_code: str = ""
) -> models.QuerySet[Mandate]:
    """Mandates in force on `today` of open accounts, one line each, in order of name; filters are cumulative.

    Every word of `text` must be found in the name of the person, the function, the organisation or the territory.
    """
    lines = (
        Mandate.objects.in_force(today)
        .filter(person__is_active=True)
        .select_related("person__contact_entry", "territory__place", "territory__main_region")
    )
    if role:
        lines = lines.filter(role=role)
    if region_code:
        lines = lines.filter(territory__place__ancestor_codes__contains=[region_code])
    if territory_code:
        lines = lines.filter(territory__place__code=territory_code)
    if words := fold(text).split():
        lines = lines.alias(haystack=_haystack())
        for word in words[:10]:
            lines = lines.filter(haystack__contains=word)
    return lines.order_by(
        Folded("person__last_name"), Folded("person__first_name"), "territory__place__slug", "role", "pk"
    )


def _haystack() -> Folded:
    parts = [
        F("person__first_name"),
        F("person__last_name"),
        F("territory__place__name"),
        Coalesce(F("person__contact_entry__organisation"), Value("")),
        Coalesce(F("person__contact_entry__job_title"), Value("")),
    ]
    spaced = [piece for part in parts for piece in (Value(" "), part)]
    return Folded(Concat(*spaced, output_field=TextField()))


def waiting_for_confirmation(today: date) -> models.QuerySet[Mandate]:
    """Mandates in force of people whose entry is missing, never confirmed, or confirmed 365 days ago or more."""
    latest = today - CONFIRMED_FOR
    return Mandate.objects.in_force(today).filter(
        Q(person__contact_entry=None)
        | Q(person__contact_entry__confirmed_on=None)
        | Q(person__contact_entry__confirmed_on__lte=latest),
        person__is_active=True,
    )
