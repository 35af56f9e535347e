"""What the people of a territory write about it: changed, merged, restored, never lost.

A profile is one document of three fields. Each change makes a version, kept in the history with who made it and when; a
change names the version it started from. When another change came in between:

* fields that only one of the two touched are merged, and the outcome says which were kept from the other person;
* a field that both changed differently raises `EditConflict`, with what is needed to show both and choose.

Version 0 is the empty document that every territory starts from; it has no row in the history.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction

from territories import rich_text
from territories.enums import Sector
from territories.history import sign
from territories.models import TerritoryProfile

FIELDS = ("presentation", "sectors", "links")
MAX_LINKS = 10
MAX_LABEL = 120
MAX_URL = 500
RESTORED = "restored:"
MERGED = "merged:"
UNKNOWN_VERSION = -1


@dataclass(frozen=True)
class Document:
    """The three fields of one version. `links` are pairs (label, address)."""

    presentation: str = ""
    sectors: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, row) -> "Document":
        """The document of a profile or of a line of its history."""
        links = tuple((link["label"], link["url"]) for link in row.links)
        return cls(row.presentation, tuple(row.sectors), links)

    def differs_from(self, other: "Document") -> tuple[str, ...]:
        return tuple(name for name in FIELDS if getattr(self, name) != getattr(other, name))

    @property
    def is_empty(self) -> bool:
        return self == Document()


@dataclass(frozen=True)
class Outcome:
    """`changed` is False when what was asked is already there; `merged` are fields kept from the other person."""

    version: int
    changed: bool
    merged: tuple[str, ...] = ()


class EditConflict(Exception):
    """Somebody else changed the same fields since `base`. `base` is None when its version is not in the history.

    `mine` is what the person wrote, with the fields in `merged` (touched by the other person alone) already taken over.
    """

    def __init__(
        self,
        *,
        current: Document,
        version: int,
        base: Document | None,
        mine: Document,
        fields: tuple[str, ...],
        merged: tuple[str, ...] = (),
        by=None,
        at: datetime | None = None,
    ) -> None:
        super().__init__(f"version {version}: {', '.join(fields)}")
        self.current = current
        self.version = version
        self.base = base
        self.mine = mine
        self.fields = fields
        self.merged = merged
        self.by = by
        self.at = at


def merge(
    base: Document | None, mine: Document, current: Document
) -> tuple[Document, tuple[str, ...], tuple[str, ...]]:
    """Return (result, fields kept from `current`, fields that both changed differently). Pure.

    In the result, fields of the last group hold mine. Without a base nothing can be attributed: every difference
    between mine and current is a conflict.
    """
    kept, overlapping = [], []
    for name in mine.differs_from(current):
        if base is not None and getattr(mine, name) == getattr(base, name):
            kept.append(name)
        elif base is None or getattr(current, name) != getattr(base, name):
            overlapping.append(name)
    result = replace(mine, **{name: getattr(current, name) for name in kept})
    return result, tuple(kept), tuple(overlapping)


def cleaned(changes: Mapping[str, object]) -> dict[str, object]:
    """Return `changes` checked and put in their one form. Raises ValidationError by field, in French."""
    unknown = set(changes) - set(FIELDS)
    if unknown:
        raise TypeError(f"unknown fields: {sorted(unknown)}")
    checks = {"presentation": clean_presentation, "sectors": clean_sectors, "links": clean_links}
    values, errors = {}, {}
    for name, value in changes.items():
        try:
            values[name] = checks[name](value)
        except ValidationError as error:
            errors[name] = error
    if errors:
        raise ValidationError(errors)
    return values


def clean_presentation(html: str) -> str:
    if len(html) > rich_text.MAX_LENGTH:
        raise ValidationError(
            f"Le texte compte {_number(len(html))} signes, mise en forme comprise ; "
            f"la limite est de {_number(rich_text.MAX_LENGTH)}.",
            code="too_long",
        )
    return rich_text.sanitise(html)


def clean_sectors(codes) -> tuple[str, ...]:
    chosen = set(codes)
    if chosen - set(Sector.values):
        raise ValidationError("Une des filières n’existe pas.", code="unknown_sector")
    return tuple(code for code in Sector.values if code in chosen)


def clean_links(links) -> tuple[tuple[str, str], ...]:
    """Accept pairs or {"label", "url"}; refuse what is not a full https address."""
    pairs = [(link["label"], link["url"]) if isinstance(link, Mapping) else tuple(link) for link in links]
    if len(pairs) > MAX_LINKS:
        raise ValidationError(f"{MAX_LINKS} liens au plus.", code="too_many_links")
    kept = []
    for label, url in [(" ".join(label.split()), url.strip()) for label, url in pairs]:
        if not label or len(label) > MAX_LABEL:
            raise ValidationError(f"Chaque lien a un intitulé de {MAX_LABEL} signes au plus.", code="label")
        check_address(url)
        if (label, url) not in kept:
            kept.append((label, url))
    return tuple(kept)


def check_address(url: str) -> None:
    """Raise ValidationError unless `url` is a full https address without user name, space or control sign."""
    try:
        parts = urlsplit(url)
        fine = parts.scheme == "https" and "." in (parts.hostname or "") and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        fine = False
    if (
        not fine
        or len(url) > MAX_URL
        or any(sign.isspace() or not sign.isprintable() or sign in "<>\"'\\" for sign in url)
    ):
        raise ValidationError("L’adresse commence par https:// et mène à un site.", code="address")


@transaction.atomic
def update_profile(
    *, territory_id: int, changes: Mapping[str, object], based_on_version: int, actor, at: datetime
) -> Outcome:
    """Write `changes` (some of FIELDS) on the version they were made from, and keep the result as a new version.

    Locks the profile's row. Raises ValidationError by field; raises EditConflict when a field was changed differently
    by somebody else in between. A repeat of the same call (double click) changes nothing.
    """
    values = cleaned(changes)
    profile = _locked(territory_id)
    current = Document.of(profile)
    base = _version(profile, based_on_version)
    mine = replace(base if base is not None else current, **values)
    if profile.version == based_on_version:
        result, merged = mine, ()
    else:
        result, merged, overlapping = merge(base, mine, current)
        if overlapping:
            raise _conflict(profile, current, base, result, overlapping, merged)
    reason = MERGED + ",".join(merged) if merged else ""
    return _write(profile, current, result, actor=actor, at=at, reason=reason, merged=merged)


@transaction.atomic
def restore_version(*, territory_id: int, version: int, based_on_version: int, actor, at: datetime) -> Outcome:
    """Make the content of an older version the newest version. Nothing of the history goes.

    Raises TerritoryProfile.DoesNotExist when that version was never written, EditConflict when the current version is
    not the one the person was looking at: a restoration replaces the whole document and is never merged.
    """
    profile = _locked(territory_id)
    current = Document.of(profile)
    wanted = _version(profile, version)
    if wanted is None:
        raise TerritoryProfile.DoesNotExist
    if profile.version != based_on_version and wanted != current:
        raise _conflict(profile, current, None, wanted, wanted.differs_from(current))
    return _write(profile, current, wanted, actor=actor, at=at, reason=f"{RESTORED}{version}")


def _locked(territory_id: int) -> TerritoryProfile:
    rows = TerritoryProfile.objects.select_for_update(of=("self",)).filter(territory_id=territory_id)
    if (profile := rows.first()) is not None:
        return profile
    # Two first writers at once: one inserts, the other waits here and finds the row.
    TerritoryProfile.objects.bulk_create(
        [TerritoryProfile(territory_id=territory_id, version=0)], ignore_conflicts=True
    )
    return rows.get()


def _version(profile: TerritoryProfile, version: int) -> Document | None:
    if version == profile.version:
        return Document.of(profile)
    if version == 0:
        return Document()
    row = profile.history.filter(version=version).order_by("-history_date", "-history_id").first()
    return Document.of(row) if row is not None else None


def _conflict(profile, current, base, mine, fields, merged=()) -> EditConflict:
    return EditConflict(
        current=current,
        version=profile.version,
        base=base,
        mine=mine,
        fields=fields,
        merged=merged,
        by=profile.updated_by,
        at=profile.updated_at,
    )


def _write(profile, current, result, *, actor, at, reason, merged=()) -> Outcome:
    if result == current:
        return Outcome(profile.version, changed=False)
    profile.presentation = result.presentation
    profile.sectors = list(result.sectors)
    profile.links = [{"label": label, "url": url} for label, url in result.links]
    profile.version += 1
    profile.updated_at = at
    profile.updated_by = actor
    sign(profile, by=actor, at=at, reason=reason)
    profile.save()
    return Outcome(profile.version, changed=True, merged=merged)


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")
