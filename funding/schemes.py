"""Writing schemes and their calls: the only door, for the administration, imports, syncs and the opening content.

Each use case runs in one transaction, locks the scheme's row, keeps the history, writes the catalogue rows anew and
raises the version of the data, in this order. Saying the same again changes nothing and leaves no trace. A published
scheme stays publishable: a change that would break that is refused with all its problems.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from funding import editorial, listing, parts
from funding.alerts import doorbell
from funding.calendars import entries
from funding.enums import EditorialState
from funding.models import Call, Organisation, Scheme, SchemeExclusion
from territories import rich_text
from territories.history import sign
from territories.models import Place
from territories.names import slug as slug_of
from ti_portal.core.integrity import refused_by_constraints

FIELDS = (
    "slug", "name", "acronym", "summary", "description", "eligibility_text", "to_prepare", "help_kinds", "regime",
    "legal_basis", "programme", "successor_id", "valid_from", "valid_until", "end_is_known", "source_name",
    "source_key", "source_date", "included_codes", "excluded_codes",
)  # fmt: skip
RICH_FIELDS = ("description", "eligibility_text", "to_prepare")
CALL_FIELDS = (
    "slug", "name", "kind", "text", "url", "url_dead_since", "is_permanent", "suspended_from", "suspended_until",
    "exhausted_from", "included_codes", "excluded_codes",
)  # fmt: skip
CALLS = "calls"
PART_NAMES = (*parts.OF_SCHEME, CALLS)
SLUG_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """`changed` names fields and lists that were written; `kept` those that a machine wanted to change and that a
    person protects; `is_new` a scheme that did not exist.
    """

    scheme: Scheme
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    is_new: bool = False


@transaction.atomic
def save_scheme(
    *,
    actor,
    at: datetime,
    scheme_id: int | None = None,
    values: Mapping[str, Any] | None = None,
    rows: Mapping[str, Iterable[Mapping[str, Any]]] | None = None,
    by_hand: bool = True,
    based_on_version: int | None = None,
    reason: str = "",
) -> Outcome:
    """Create a draft or change a scheme.

    `values` holds some of FIELDS; `rows` gives whole lists for some of PART_NAMES (see `parts`; a call also takes
    `variant_of`, the slug of its national call, and `rounds`). What is left out stays. By hand, what changes on a
    scheme that has a source becomes protected; by a machine (`by_hand=False`), protected fields are left alone and
    named in the outcome. Raises ValidationError by field or list, in French.
    """
    values, rows = dict(values or {}), {name: list(given) for name, given in (rows or {}).items()}
    _check_names(values, FIELDS)
    _check_names(rows, PART_NAMES)
    scheme = _locked(scheme_id) if scheme_id is not None else Scheme(version=0)
    is_new = scheme.pk is None
    if based_on_version is not None and not is_new and scheme.version != based_on_version:
        raise ValidationError(
            "Une autre personne a modifié ce dispositif entre-temps : rouvrez-le pour voir sa version.", code="stale"
        )
    kept = () if by_hand else tuple(name for name in scheme.protected_fields if name in values or name in rows)
    changed = list(_fill(scheme, {name: value for name, value in values.items() if name not in kept}))
    if is_new or changed:
        _check_scheme(scheme, changed)
    sent = {"by": actor, "at": at, "reason": reason}
    if is_new:
        _keep(scheme, **sent)
    for name, given in rows.items():
        if name not in kept and _write_part(scheme, name, given, **sent):
            changed.append(name)
    if is_new or not changed:
        return Outcome(scheme, tuple(changed), kept, is_new)
    if by_hand and scheme.source_name:
        scheme.protected_fields = sorted({*scheme.protected_fields, *changed})
    _write(scheme, actor=actor, at=at, reason=reason or ", ".join(changed))
    return Outcome(scheme, tuple(changed), kept)


@transaction.atomic
def save_call(
    *, actor, at: datetime, scheme_id: int, values: Mapping[str, Any], call_id: int | None = None, reason: str = ""
) -> Call:
    """Create or change one call of a scheme; `values` as in `save_scheme`, `rounds` and `variant_of` included.

    Raises ValidationError by field, in French; Call.DoesNotExist when the call is not of this scheme.
    """
    scheme = _locked(scheme_id)
    call = scheme.calls.get(pk=call_id) if call_id is not None else Call(scheme=scheme)
    if _write_call(scheme, call, dict(values), by=actor, at=at, reason=reason):
        _protect_and_write(scheme, actor=actor, at=at, reason=reason or f"{CALLS} : {call.slug}"[:100])
    return call


@transaction.atomic
def delete_call(*, call_id: int, actor, at: datetime) -> None:
    """Remove a call and its variants; the history keeps them. Raises ValidationError when a published scheme would
    be left without any.
    """
    scheme = _locked(Call.objects.values_list("scheme_id", flat=True).get(pk=call_id))
    call = scheme.calls.get(pk=call_id)
    slug = call.slug
    for gone in (*call.variants.order_by("pk"), call):
        sign(gone, by=actor, at=at)
        gone.delete()
    _protect_and_write(scheme, actor=actor, at=at, reason=f"{CALLS} : − {slug}"[:100])


@transaction.atomic
def duplicate_as_variant(*, call_id: int, region_code: str, actor, at: datetime) -> Call:
    """Make the variant of a national call for a région (or any place), with the same words and rounds to start from.

    From then on the variant hides the national call there. Raises ValidationError, in French.
    """
    call = Call.objects.select_related("scheme").prefetch_related("rounds").get(pk=call_id)
    place = Place.objects.in_force().filter(code=region_code).first()
    if place is None:
        raise ValidationError({"region_code": "Aucun lieu n’a ce code."})
    if call.variant_of_id is not None:
        raise ValidationError({"region_code": "Cet appel est déjà une variante : partez de l’appel national."})
    if call.variants.filter(included_codes__contains=[region_code]).exists():
        raise ValidationError({"region_code": f"Cet appel a déjà une variante pour {place.name}."})
    same = {name: getattr(call, name) for name in CALL_FIELDS}
    rounds = [{name: getattr(round_, name) for name in parts.ROUNDS.fields} for round_ in call.rounds.order_by("pk")]
    values = same | {
        "slug": f"{call.slug}-{place.slug}"[:SLUG_LENGTH],
        "name": f"{call.name} – {place.name}"[:250],
        "included_codes": [region_code],
        "excluded_codes": [],
        "variant_of": call.slug,
        "rounds": rounds,
    }
    return save_call(scheme_id=call.scheme_id, values=values, actor=actor, at=at, reason=f"variante : {region_code}")


@transaction.atomic
def move_scheme(*, scheme_id: int, to_state: str, actor, at: datetime) -> Scheme:
    """Move a scheme along the editorial flow. Raises ValidationError: a move that is not allowed, or, for publication,
    everything that is missing. Asking for the state it is in changes nothing.
    """
    scheme = _locked(scheme_id)
    if scheme.state == to_state:
        return scheme
    editorial.check_move(scheme.state, to_state)
    moved = f"{scheme.state} → {to_state}"
    scheme.state = to_state
    _write(scheme, actor=actor, at=at, reason=moved)
    return scheme


def publish_scheme(*, scheme_id: int, actor, at: datetime) -> Scheme:
    """Publish a scheme that waits for validation. Raises ValidationError with every problem at once."""
    return move_scheme(scheme_id=scheme_id, to_state=EditorialState.PUBLISHED, actor=actor, at=at)


def archive_scheme(*, scheme_id: int, actor, at: datetime) -> Scheme:
    """Take a published scheme out of the catalogue and the check; its page says that it is over."""
    return move_scheme(scheme_id=scheme_id, to_state=EditorialState.ARCHIVED, actor=actor, at=at)


@transaction.atomic
def delete_draft(*, scheme_id: int, actor, at: datetime) -> None:
    """Remove a draft. Raises ValidationError for a scheme in any other state: an address once public stays."""
    scheme = _locked(scheme_id)
    if scheme.state != EditorialState.DRAFT or scheme.history.filter(state=EditorialState.PUBLISHED).exists():
        raise ValidationError("Seul un brouillon jamais publié peut être supprimé ; archivez ce dispositif.")
    sign(scheme, by=actor, at=at)
    scheme.delete()


@transaction.atomic
def protect_fields(*, scheme_id: int, names: Iterable[str], actor, at: datetime) -> Scheme:
    """Say which fields and lists a machine may not overwrite; the others are given back to it."""
    wanted = sorted(set(names))
    _check_names(dict.fromkeys(wanted), (*FIELDS, *PART_NAMES))
    scheme = _locked(scheme_id)
    if scheme.protected_fields != wanted:
        scheme.protected_fields = wanted
        _write(scheme, actor=actor, at=at, reason="protected_fields")
    return scheme


@transaction.atomic
def save_exclusion(*, first_id: int, second_id: int, reason: str = "", link: str = "") -> SchemeExclusion:
    """Say that two schemes cannot be had together, whatever their order. Raises ValidationError, in French."""
    pair = sorted((first_id, second_id))
    found = SchemeExclusion.objects.filter(first_id__in=pair, second_id__in=pair).order_by("pk").first()
    exclusion = found or SchemeExclusion(first_id=pair[0], second_id=pair[1])
    if found and (found.reason, found.link) == (reason, link):
        return found
    exclusion.reason, exclusion.link = reason, link
    exclusion.full_clean()
    with refused_by_constraints(SchemeExclusion):
        exclusion.save()
    listing.bump_version()
    return exclusion


@transaction.atomic
def delete_exclusion(*, exclusion_id: int) -> None:
    """Forget that two schemes cannot be had together."""
    SchemeExclusion.objects.filter(pk=exclusion_id).delete()
    listing.bump_version()


@transaction.atomic
def save_organisation(*, values: Mapping[str, Any], organisation_id: int | None = None) -> Organisation:
    """Create or change an organisation; the search learns its new name. Raises ValidationError by field, in French."""
    rows = Organisation.objects.select_for_update(of=("self",))
    organisation = rows.get(pk=organisation_id) if organisation_id is not None else Organisation()
    changed = [name for name, value in values.items() if getattr(organisation, name) != value]
    for name, value in values.items():
        setattr(organisation, name, value)
    if not organisation.slug:
        organisation.slug = slug_of(organisation.name)[:SLUG_LENGTH]
    if organisation.pk is None or changed:
        organisation.full_clean()
        with refused_by_constraints(Organisation):
            organisation.save()
    if changed:
        touched = organisation.roles.values_list("scheme_id", flat=True)
        if found := sorted(set(touched)):
            listing.rebuild(found)
    return organisation


def _locked(scheme_id: int) -> Scheme:
    return Scheme.objects.select_for_update(of=("self",)).get(pk=scheme_id)


def _check_names(given: Mapping[str, Any], known: Iterable[str]) -> None:
    unknown = set(given) - set(known)
    if unknown:
        raise TypeError(f"unknown names: {sorted(unknown)}")


def _fill(scheme: Scheme, values: Mapping[str, Any]) -> Iterable[str]:
    """Write the values on the scheme; give the names of those that change it."""
    if scheme.pk is None and not values.get("slug"):
        values = {**values, "slug": free_slug(str(values.get("name", "")))}
    for name, value in values.items():
        if name == "slug" and scheme.pk is not None and scheme.state in EditorialState.public and value != scheme.slug:
            raise ValidationError({"slug": "L’adresse d’un dispositif publié ne change pas."})
        cleaned = parts.plain(Scheme, name, value)
        if name in RICH_FIELDS:
            cleaned = rich_text.sanitise(cleaned)
        if getattr(scheme, name) != cleaned:
            setattr(scheme, name, cleaned)
            yield name


def free_slug(name: str) -> str:
    """An address that no scheme has, made from a name."""
    wanted = slug_of(name)[: SLUG_LENGTH - 5] or "dispositif"
    taken = set(Scheme.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (wanted, *numbered) if slug not in taken)


def _check_scheme(scheme: Scheme, changed: Iterable[str]) -> None:
    names = {name.removesuffix("_id") for name in changed} | {"name", "slug"}
    everything = {field.name for field in Scheme._meta.fields}
    scheme.full_clean(exclude=everything - names)


def _write_part(scheme: Scheme, name: str, given: list[Mapping[str, Any]], **sent) -> bool:
    if name != CALLS:
        return parts.write(parts.OF_SCHEME[name], scheme, given, **sent)
    return _write_calls(scheme, given, **sent)


def _write_calls(scheme: Scheme, given: list[Mapping[str, Any]], **sent) -> bool:
    """Make the calls of the scheme exactly these, matched by id or by slug; national calls before their variants."""
    kept = {call.pk: call for call in scheme.calls.order_by("pk")}
    by_slug = {call.slug: call for call in kept.values()}
    changed = False
    matched = set()
    for row in sorted(given, key=lambda row: bool(row.get("variant_of"))):
        values = {name: value for name, value in row.items() if name != "id"}
        call = kept.get(row.get("id")) or by_slug.get(row.get("slug")) or Call(scheme=scheme)
        changed |= _write_call(scheme, call, values, **sent)
        matched.add(call.pk)
    for call in kept.values():
        if call.pk not in matched and Call.objects.filter(pk=call.pk).exists():
            sign(call, **sent)
            call.delete()
            changed = True
    return changed


def _write_call(scheme: Scheme, call: Call, values: dict[str, Any], **sent) -> bool:
    rounds = values.pop("rounds", None)
    if "variant_of" in values:
        values["variant_of_id"] = _national_id(scheme, call, values.pop("variant_of"))
    _check_names(values, (*CALL_FIELDS, "variant_of_id"))
    if call.pk is None and not values.get("slug"):
        values["slug"] = slug_of(str(values.get("name", "")))[:SLUG_LENGTH]
    is_changed = call.pk is None
    for name, value in values.items():
        cleaned = parts.plain(Call, name, value)
        if name == "text":
            cleaned = rich_text.sanitise(cleaned)
        if getattr(call, name) != cleaned:
            setattr(call, name, cleaned)
            is_changed = True
    if is_changed:
        call.full_clean(exclude=["scheme"])
        with refused_by_constraints(Call):
            sign(call, **sent)
            call.save()
    if rounds is not None and parts.write(parts.ROUNDS, call, rounds, **sent):
        is_changed = True
    return is_changed


def _national_id(scheme: Scheme, call: Call, slug: str | None) -> int | None:
    if not slug:
        return None
    found = scheme.calls.filter(slug=slug).exclude(pk=call.pk).values_list("pk", flat=True).first()
    if found is None:
        raise ValidationError({"variant_of": f"Ce dispositif n’a pas d’appel « {slug} »."})
    return found


def _protect_and_write(scheme: Scheme, *, actor, at: datetime, reason: str) -> None:
    if scheme.source_name:
        scheme.protected_fields = sorted({*scheme.protected_fields, CALLS})
    _write(scheme, actor=actor, at=at, reason=reason)


def _write(scheme: Scheme, *, actor, at: datetime, reason: str) -> None:
    """The effects of every change, in order: version and history of the scheme, dates of calendars, catalogue rows,
    version of the data.
    """
    is_published = scheme.state == EditorialState.PUBLISHED
    if is_published and (problems := editorial.publication_problems(scheme)):
        raise ValidationError(problems, code="not_publishable")
    _keep(scheme, by=actor, at=at, reason=reason)
    if is_published or scheme.listings.exists():
        entries.refresh([scheme.pk], at=at)
        listing.rebuild([scheme.pk])
        doorbell.ring_after_commit()


def _keep(scheme: Scheme, *, by, at: datetime, reason: str) -> None:
    scheme.version += 1
    scheme.updated_at = at
    sign(scheme, by=by, at=at, reason=reason)
    with refused_by_constraints(Scheme):
        scheme.save()
