"""Schemes as a table of our own, fuller than the national schema. Key: the name in the address."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Prefetch, QuerySet

from funding.eligibility.labels import HELP_KINDS
from funding.enums import AidRegime, LinkKind, Role, choices
from funding.models import Organisation, Scheme, SchemeLink, SchemeOrganisation
from funding.resources.cells import BAR, Reader, read_choice, read_choices, write_choices
from funding.schemes import RICH_FIELDS, save_scheme
from territories import rich_text
from territories.zonings import check_codes, read_codes
from ti_portal.core.table_resources import Column, TableResource, read_date

SLUG, NAME = "Adresse", "Nom"
KINDS, REGIME = "Natures de l’aide", "Régime"
INCLUDED, EXCLUDED = "Lieux compris", "Lieux exclus"
SUCCESSOR = "Remplacé par"
FUNDERS, INSTRUCTORS, OFFICIAL = "Financeurs", "Instructeurs", "Page officielle"
TEXTS = {
    "Nom": "name", "Sigle": "acronym", "En une phrase": "summary", "Description": "description",
    "Qui peut en bénéficier": "eligibility_text", "À préparer": "to_prepare", "Base juridique": "legal_basis",
    "Programme": "programme", "Source": "source_name", "Identifiant chez la source": "source_key",
}  # fmt: skip
DAYS = {"Existe depuis": "valid_from", "Existe jusqu’au": "valid_until", "Date de la source": "source_date"}
ROLES = {FUNDERS: Role.FUNDER, INSTRUCTORS: Role.INSTRUCTOR}
_COLUMN_OF = {field: column for column, field in (TEXTS | DAYS).items()} | {
    "slug": SLUG, "help_kinds": KINDS, "regime": REGIME, "included_codes": INCLUDED, "excluded_codes": EXCLUDED,
    "successor": SUCCESSOR, "successor_id": SUCCESSOR,
}  # fmt: skip
_ROLE_ROWS = Prefetch("roles", SchemeOrganisation.objects.select_related("organisation").order_by("pk"))
_LINK_ROWS = Prefetch("links", SchemeLink.objects.order_by("position", "pk"))


def with_facts(schemes: QuerySet) -> QuerySet:
    """Schemes with all that the table shows, in a number of queries that does not depend on theirs."""
    return schemes.select_related("successor").prefetch_related(_ROLE_ROWS, _LINK_ROWS)


def _text(name: str, **options) -> Column:
    return Column(attribute=name, column_name=_COLUMN_OF[name], **options)


class SchemeResource(TableResource):
    title = "Dispositifs"
    file_name = "dispositifs"
    key_columns = (SLUG,)

    slug = Column(column_name=SLUG, attribute="slug")
    state = Column(column_name="État", readonly=True)
    name = _text("name")
    acronym = _text("acronym")
    summary = _text("summary")
    description = _text("description")
    eligibility_text = _text("eligibility_text")
    to_prepare = _text("to_prepare")
    help_kinds = Column(column_name=KINDS)
    regime = Column(column_name=REGIME)
    legal_basis = _text("legal_basis")
    programme = _text("programme")
    included_codes = Column(column_name=INCLUDED)
    excluded_codes = Column(column_name=EXCLUDED)
    valid_from = Column(column_name=_COLUMN_OF["valid_from"])
    valid_until = Column(column_name=_COLUMN_OF["valid_until"])
    successor = Column(column_name=SUCCESSOR)
    funders = Column(column_name=FUNDERS)
    instructors = Column(column_name=INSTRUCTORS)
    official = Column(column_name=OFFICIAL)
    source_name = _text("source_name")
    source_key = _text("source_key")
    source_date = Column(column_name=_COLUMN_OF["source_date"])
    version = Column(column_name="Version", readonly=True)

    class Meta(TableResource.Meta):
        model = Scheme

    def dehydrate_state(self, scheme: Scheme) -> str:
        return scheme.get_state_display()

    def dehydrate_help_kinds(self, scheme: Scheme) -> str:
        return write_choices(scheme.help_kinds, HELP_KINDS)

    def dehydrate_regime(self, scheme: Scheme) -> str:
        return scheme.get_regime_display()

    def dehydrate_included_codes(self, scheme: Scheme) -> str:
        return " ".join(scheme.included_codes)

    def dehydrate_excluded_codes(self, scheme: Scheme) -> str:
        return " ".join(scheme.excluded_codes)

    def dehydrate_valid_from(self, scheme: Scheme):
        return scheme.valid_from

    def dehydrate_valid_until(self, scheme: Scheme):
        return scheme.valid_until

    def dehydrate_source_date(self, scheme: Scheme):
        return scheme.source_date

    def dehydrate_successor(self, scheme: Scheme) -> str:
        return scheme.successor.slug if scheme.successor_id else ""

    def dehydrate_funders(self, scheme: Scheme) -> str:
        return BAR.join(_bodies(scheme, Role.FUNDER))

    def dehydrate_instructors(self, scheme: Scheme) -> str:
        return BAR.join(_bodies(scheme, Role.INSTRUCTOR))

    def dehydrate_official(self, scheme: Scheme) -> str:
        return _official(scheme)

    def dehydrate_version(self, scheme: Scheme) -> int:
        return scheme.version

    def before_import(self, dataset, **kwargs: Any) -> None:
        slugs = {(slug or "").strip().lower() for slug in dataset[SLUG]}
        self.known = {scheme.slug: scheme for scheme in with_facts(Scheme.objects.filter(slug__in=slugs))}

    def find(self, row: Mapping[str, Any]) -> Scheme | None:
        if not (row[SLUG] or "").strip():
            raise ValidationError({SLUG: "Donnez le nom dans l’adresse : c’est la clé de la ligne."})
        return self.known.get(row[SLUG].strip().lower())

    def fill(self, instance: Scheme, row: Mapping[str, Any]) -> None:
        reader = Reader(row)
        values: dict[str, Any] = {"slug": row[SLUG].strip().lower()}
        for column, name in TEXTS.items():
            if reader.has(column):
                read = rich_text.sanitise if name in RICH_FIELDS else str.strip
                values[name] = reader.read(column, read)
        for column, name in DAYS.items():
            if reader.has(column):
                values[name] = reader.read(column, read_date)
        if reader.has(KINDS):
            values["help_kinds"] = reader.read(KINDS, read_choices, choices(HELP_KINDS))
        if reader.has(REGIME) and row[REGIME]:
            values["regime"] = reader.read(REGIME, read_choice, AidRegime.choices)
        for column, name in ((INCLUDED, "included_codes"), (EXCLUDED, "excluded_codes")):
            if reader.has(column):
                values[name] = reader.read(column, lambda text: check_codes(read_codes(text)))
        if reader.has(SUCCESSOR):
            successor = reader.read(SUCCESSOR, _successor)
            values["successor_id"] = successor and successor.pk
        lists = self._lists(reader, instance)
        if instance.pk is None and not values.get("name"):
            reader.errors.setdefault(NAME, []).append("Un nouveau dispositif a un nom.")
        reader.check()
        for name, value in values.items():
            setattr(instance, name, value)
        instance.imported, instance.lists = values, lists

    def _lists(self, reader: Reader, instance: Scheme) -> dict[str, list[dict]]:
        """Whole lists in which what the columns say is replaced; other roles and links stay."""
        lists: dict[str, list[dict]] = {}
        instance.shown = {}
        given = {column: reader.read(column, _organisations) for column in ROLES if reader.has(column)}
        if given:
            written = {ROLES[column] for column in given}
            rows = [
                {"id": role.pk, "organisation_id": role.organisation_id, "role": role.role}
                for role in (instance.roles.all() if instance.pk else ())
                if role.role not in written
            ]
            for column, bodies in given.items():
                rows += [{"organisation_id": body.pk, "role": ROLES[column]} for body in bodies or ()]
                instance.shown[ROLES[column]] = [body.slug for body in bodies or ()]
            lists["roles"] = rows
        if reader.has(OFFICIAL):
            url = (reader.row[OFFICIAL] or "").strip()
            links = list(instance.links.all()) if instance.pk else []
            kept = [link for link in links if link.kind != LinkKind.OFFICIAL or (url and link.url == url)]
            rows = [{"id": link.pk} for link in kept]
            if url and not any(link.kind == LinkKind.OFFICIAL for link in kept):
                rows.insert(0, {"kind": LinkKind.OFFICIAL, "label": "Page officielle", "url": url})
            lists["links"] = rows
            instance.shown[OFFICIAL] = url
        return lists

    def write(self, instance: Scheme, *, is_create: bool) -> None:
        try:
            outcome = save_scheme(
                scheme_id=None if is_create else instance.pk,
                values=instance.imported,
                rows=instance.lists,
                actor=self.actor,
                at=self.at,
                reason="import",
            )
        except ValidationError as error:
            raise _by_column(error) from error
        instance.pk = outcome.scheme.pk


def _bodies(scheme: Scheme, role: str) -> list[str]:
    shown = getattr(scheme, "shown", {})
    if role in shown:
        return shown[role]
    rows = scheme.roles.all() if scheme.pk else ()
    return [row.organisation.slug for row in rows if row.role == role]


def _official(scheme: Scheme) -> str:
    shown = getattr(scheme, "shown", {})
    if OFFICIAL in shown:
        return shown[OFFICIAL]
    rows = scheme.links.all() if scheme.pk else ()
    return next((link.url for link in rows if link.kind == LinkKind.OFFICIAL), "")


def _organisations(text: str) -> list[Organisation]:
    slugs = list(dict.fromkeys(word.strip().lower() for word in text.replace("\n", "|").split("|") if word.strip()))
    known = {body.slug: body for body in Organisation.objects.filter(slug__in=slugs)}
    unknown = [slug for slug in slugs if slug not in known]
    if unknown:
        raise ValidationError(f"Aucun organisme n’a l’adresse « {unknown[0][:60]} » : ajoutez-le d’abord.")
    return [known[slug] for slug in slugs]


def _successor(text: str) -> Scheme | None:
    if not text.strip():
        return None
    found = Scheme.objects.filter(slug=text.strip().lower()).first()
    if found is None:
        raise ValidationError(f"Aucun dispositif n’a l’adresse « {text[:60]} ».")
    return found


def _by_column(error: ValidationError) -> ValidationError:
    """The refusals of a use case, under the columns of the table where they have one."""
    if not hasattr(error, "error_dict"):
        return error
    found: dict[str, list[str]] = {}
    for name, errors in error.message_dict.items():
        column = _COLUMN_OF.get(name, NON_FIELD_ERRORS)
        found.setdefault(column, []).extend(errors)
    return ValidationError(found)
