"""Territories: official facts to read, the page's content to correct, mandates at a glance."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from territories.admin.filters import InForceFilter, RegionFilter, WaveFilter, places_matching, prefixed
from territories.enums import Sector
from territories.models import Mandate, Membership, Territory
from territories.profiles import (
    Document,
    EditConflict,
    clean_links,
    clean_presentation,
    clean_sectors,
    merge,
    update_profile,
)
from territories.resources.territories import (
    TerritoryResource,
    profile_of,
    read_links,
    version_of,
    with_facts,
    write_links,
)
from territories.rich_text import HOW_TO_TYPE, to_typed
from ti_portal.core.admin_bases import Boxes, PortalAdmin, ReadOnlyInline
from ti_portal.core.table_admin import TableAdminMixin
from ti_portal.core.templatetags.portal import number

PROFILE_FIELDS = ("presentation", "sectors", "links")


class TerritoryRegionFilter(RegionFilter):
    place = "place"


class TerritoryInForceFilter(InForceFilter):
    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(place__valid_until__isnull=value == "oui")


class TerritoryForm(forms.ModelForm):
    """The page's content, which lives in another table; `based_on` is the version the person started from."""

    presentation = forms.CharField(
        label="Présentation",
        required=False,
        widget=forms.Textarea(attrs={"rows": 14, "cols": 90}),
        help_text=f"{HOW_TO_TYPE} HTML accepté : p, h3, h4, ul, ol, li, strong, em, a, blockquote.",
    )
    sectors = forms.MultipleChoiceField(
        label="Filières", required=False, choices=Sector.choices, widget=Boxes("Filières")
    )
    links = forms.CharField(
        label="Liens",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "cols": 90}),
        help_text="Un lien par ligne : Intitulé | https://…",
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    class Meta:
        model = Territory
        fields: list[str] = []

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            return
        document = current_document(self.instance)
        self.initial |= {
            "presentation": to_typed(document.presentation),
            "sectors": list(document.sectors),
            "links": write_links(document.links),
            "based_on": version_of(self.instance),
        }

    def clean_presentation(self) -> str:
        return clean_presentation(self.cleaned_data["presentation"])

    def clean_sectors(self) -> tuple[str, ...]:
        return clean_sectors(self.cleaned_data["sectors"])

    def clean_links(self) -> tuple[tuple[str, str], ...]:
        return clean_links(read_links(self.cleaned_data["links"]))

    def clean(self) -> dict:
        values = super().clean()
        if not self.errors:
            self._look_for_conflict(values)
        return values

    def _look_for_conflict(self, values: dict) -> None:
        """Say at each field what somebody else wrote meanwhile; the use case would refuse it without a place."""
        profile = profile_of(self.instance)
        based_on = values.get("based_on")
        if profile is None or based_on is None or profile.version == based_on:
            return
        base = version_document(profile, based_on)
        mine = Document(**{name: values[name] for name in PROFILE_FIELDS})
        _, _, overlapping = merge(base, mine, Document.of(profile))
        for name in overlapping:
            self.add_error(
                name,
                ValidationError(
                    f"Quelqu’un a modifié ce champ entre-temps (version {profile.version}). Comparez les versions sur "
                    "la page publique, puis rouvrez cette page.",
                    code="conflict",
                ),
            )


def current_document(territory: Territory) -> Document:
    profile = profile_of(territory)
    return Document() if profile is None else Document.of(profile)


def version_document(profile, version: int) -> Document | None:
    if version == 0:
        return Document()
    row = profile.history.filter(version=version).order_by("-history_date", "-history_id").first()
    return Document.of(row) if row is not None else None


class MandateInline(ReadOnlyInline):
    model = Mandate
    fields = ["name", "role", "valid_from", "valid_until"]
    readonly_fields = ["name"]
    ordering = ["-valid_from", "-pk"]
    verbose_name_plural = "mandats (de toutes les dates)"

    @admin.display(description="personne")
    def name(self, mandate: Mandate) -> str:
        return mandate.person.get_full_name() or mandate.person.email

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("person", "territory__place")


@admin.register(Territory)
class TerritoryAdmin(TableAdminMixin, PortalAdmin):
    form = TerritoryForm
    resource_classes = [TerritoryResource]
    import_notice = (
        "L’import ne change que le contenu des pages (présentation, filières, liens) de territoires connus. "
        "La liste officielle a son propre import. Gardez la colonne « Version » de l’export : elle empêche "
        "d’écraser ce que quelqu’un aurait écrit depuis."
    )
    list_display = ["name", "code", "wave", "region", "population", "mandate_count", "profile_date"]
    list_display_links = ["name"]
    list_filter = [WaveFilter, TerritoryInForceFilter, TerritoryRegionFilter]
    list_select_related = ["place", "main_region", "profile"]
    search_fields = ["place__name"]
    search_help_text = "Nom (sans souci d’accents ni de tirets) ou code."
    ordering = ["-wave", "place__slug", "pk"]
    view_on_site = False
    inlines = [MandateInline]
    fieldsets = [
        (
            "Liste officielle (lecture seule)",
            {"fields": ["name", "code", "wave", "number", "region", "population", "members", "page"]},
        ),
        ("Page du territoire", {"fields": ["presentation", "sectors", "links", "based_on"]}),
    ]
    readonly_fields = ["name", "code", "wave", "number", "region", "population", "members", "page"]

    def label_of(self, territory: Territory) -> str:
        return f"{territory.place.name} ({territory.place.code})"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        today = timezone.localdate()
        in_force = Q(mandates__valid_from__lte=today) & (
            Q(mandates__valid_until=None) | Q(mandates__valid_until__gte=today)
        )
        rows = super().get_queryset(request).select_related("place", "main_region", "profile")
        return rows.annotate(mandates_in_force=Count("mandates", filter=in_force))

    def get_export_queryset(self, request: HttpRequest) -> QuerySet:
        return with_facts(super().get_export_queryset(request))

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        if not search_term.strip():
            return queryset, False
        condition = places_matching(search_term)
        if condition is None:
            return queryset.none(), False
        return queryset.filter(prefixed(condition, "place") | Q(number=search_term.strip()[:10])), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Territory | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Territory | None = None) -> bool:
        return request.user.has_perm("territories.change_territoryprofile")

    @admin.display(description="nom", ordering="place__slug")
    def name(self, territory: Territory) -> str:
        return territory.place.name

    @admin.display(description="code", ordering="place__code")
    def code(self, territory: Territory) -> str:
        return territory.place.code

    @admin.display(description="région", ordering="main_region__slug")
    def region(self, territory: Territory) -> str:
        return territory.main_region.name

    @admin.display(description="population (calculée)", ordering="place__population")
    def population(self, territory: Territory) -> str:
        people = territory.place.population
        return number(people)

    @admin.display(description="mandats en vigueur", ordering="mandates_in_force")
    def mandate_count(self, territory: Territory) -> int:
        return territory.mandates_in_force

    @admin.display(description="page modifiée le", ordering="profile__updated_at")
    def profile_date(self, territory: Territory):
        profile = profile_of(territory)
        return profile.updated_at if profile else None

    @admin.display(description="membres")
    def members(self, territory: Territory) -> str:
        rows = Membership.objects.filter(container=territory.place).select_related("member")
        if territory.place.valid_until is None:
            rows = rows.in_force()
        lines = ((row.member.name, row.member.code) for row in rows.order_by("member__slug", "pk"))
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{} ({})</li>", lines))

    @admin.display(description="page publique")
    def page(self, territory: Territory) -> str:
        url = territory.get_absolute_url()
        versions = reverse("territories:versions", kwargs={"code": territory.place.code.lower()})
        return format_html('<a href="{}">Voir la page</a>, <a href="{}">ses versions</a>', url, versions)

    def save_model(self, request: HttpRequest, obj: Territory, form: TerritoryForm, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in PROFILE_FIELDS}
        try:
            update_profile(
                territory_id=obj.pk,
                changes=values,
                based_on_version=form.cleaned_data.get("based_on") or 0,
                actor=request.user,
                at=timezone.now(),
            )
        except EditConflict as conflict:
            raise ValidationError(
                f"La page a changé entre-temps (version {conflict.version}) : rien n’a été écrit."
            ) from conflict
