"""Lists of funded projects, and the projects they hold."""

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from funding.admin.fields import HTTPS, SchemeField, https_by_default, known_schemes
from funding.admin.funded_projects_import import FundedProjectsImportMixin
from funding.funded_projects.columns import FIELDS as COLUMNS
from funding.funded_projects.lists import save_list
from funding.models import FundedProject, FundedProjectList
from funding.presenters.funded_projects import whole_euros
from funding.resources.funded_projects import FundedProjectResource, with_facts
from territories.admin.filters import RegionFilter
from ti_portal.core.admin_bases import ChoiceFilter, PortalAdmin, ReadOnlyAdmin
from ti_portal.core.table_admin import TableAdminMixin

WRITTEN = ["name", "slug", "vintage", "publisher", "licence", "source_url", "is_published", "attested"]


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 5, "cols": 60})

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value) -> list[str]:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]

    def has_changed(self, initial, data) -> bool:
        return (self.prepare_value(initial or []) or "").split("\n") != (data or "").replace("\r", "").split("\n")


class FundedProjectListForm(forms.ModelForm):
    slug = forms.SlugField(label="Nom dans l’adresse", required=False, max_length=80, help_text="Vide : tiré du nom.")
    scheme_given = SchemeField(
        label="Dispositif", required=False, help_text="S’il est au catalogue : tapez le début de son nom."
    )
    attested = LinesField(
        label="Personnes morales attestées",
        required=False,
        help_text=(
            "Un SIREN, ou un nom exact, par ligne : des bénéficiaires que vous savez être des personnes morales. "
            "Sans preuve, un nom n’est ni gardé ni montré : ce peut être celui d’une personne."
        ),
    )

    class Meta:
        formfield_callback = https_by_default
        model = FundedProjectList
        fields = WRITTEN

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scheme_given"].initial = self.instance.scheme


@admin.register(FundedProjectList)
class FundedProjectListAdmin(FundedProjectsImportMixin, PortalAdmin):
    form = FundedProjectListForm
    formfield_overrides = HTTPS
    change_form_template = "admin/funding/funded_projects/change_form.html"
    list_display = ["name", "vintage", "publisher", "project_count", "total", "loaded_at", "is_published"]
    list_filter = ["is_published"]
    search_fields = ["name", "slug", "publisher"]
    search_help_text = "Nom ou éditeur."
    ordering = ["name", "pk"]
    fields = [*WRITTEN[:-2], "scheme_given", *WRITTEN[-2:], "columns", "loaded_at"]
    readonly_fields = ["columns", "loaded_at"]
    view_on_site = False

    def label_of(self, row: FundedProjectList) -> str:
        return row.name

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        listed = Q(projects__gone_at=None)
        counts = {"found": Count("projects", filter=listed), "summed": Sum("projects__amount", filter=listed)}
        return super().get_queryset(request).annotate(**counts)

    @admin.display(description="projets", ordering="found")
    def project_count(self, row: FundedProjectList) -> str:
        url = f"{reverse('admin:funding_fundedproject_changelist')}?list__id__exact={row.pk}"
        return format_html('<a href="{}">{}</a>', url, row.found) if row.found else "0"

    @admin.display(description="total", ordering="summed")
    def total(self, row: FundedProjectList) -> str:
        return whole_euros(row.summed) if row.summed is not None else "–"

    @admin.display(description="colonnes retenues")
    def columns(self, row: FundedProjectList) -> str:
        told = [f"{field.label} ← {row.mapping[field.name]}" for field in COLUMNS if row.mapping.get(field.name)]
        return " ; ".join(told) or "aucune : elles se retiennent au premier import"

    def has_delete_permission(self, request: HttpRequest, obj: FundedProjectList | None = None) -> bool:
        return False

    def render_change_form(self, request: HttpRequest, context: dict, add=False, change=False, form_url="", obj=None):
        context["known_schemes"] = known_schemes()
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: FundedProjectList, form: forms.Form, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in WRITTEN}
        values["scheme"] = form.cleaned_data["scheme_given"]
        saved = save_list(values=values, list_id=obj.pk if change else None)
        obj.pk, obj.slug = saved.pk, saved.slug


class PlaceFilter(ChoiceFilter):
    title = "lieu"
    parameter_name = "lieu"
    choices_in_words = [
        ("commune", "Commune connue"),
        ("departement", "Département seul"),
        ("inconnu", "Code commune inconnu"),
        ("rien", "Ni commune ni département"),
    ]

    def filtered(self, queryset: QuerySet[FundedProject], value: str) -> QuerySet[FundedProject]:
        conditions = {
            "commune": Q(commune__isnull=False),
            "departement": Q(commune=None, commune_code="") & ~Q(departement_code=""),
            "inconnu": Q(commune=None) & ~Q(commune_code=""),
            "rien": Q(commune=None, commune_code="", departement_code=""),
        }
        return queryset.filter(conditions[value])


class GoneFilter(ChoiceFilter):
    title = "dernière édition"
    parameter_name = "absent"
    choices_in_words = [("non", "Présents"), ("oui", "Absents")]

    def filtered(self, queryset: QuerySet[FundedProject], value: str) -> QuerySet[FundedProject]:
        return queryset.filter(gone_at__isnull=value == "non")


class CommuneRegionFilter(RegionFilter):
    place = "commune"


@admin.register(FundedProject)
class FundedProjectAdmin(TableAdminMixin, ReadOnlyAdmin):
    resource_classes = [FundedProjectResource]
    list_display = ["title_shown", "beneficiary_told", "where", "amount_told", "list_name", "gone_at"]
    list_filter = ["list", PlaceFilter, "beneficiary_kind", GoneFilter, CommuneRegionFilter]
    search_fields = ["title", "beneficiary", "=siren", "=reference", "commune__name"]
    search_help_text = "Projet, bénéficiaire, SIREN, numéro de dossier ou commune."
    ordering = ["-amount", "pk"]
    fields = [
        "list_name", "reference", "title", "beneficiary_told", "siren", "commune_told", "commune_code",
        "departement_code", "amount_told", "programme", "axis", "gone_at",
    ]  # fmt: skip
    readonly_fields = ["list_name", "beneficiary_told", "commune_told", "amount_told"]

    def label_of(self, project: FundedProject) -> str:
        return project.title[:120]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("list", "commune")

    def get_export_queryset(self, request: HttpRequest) -> QuerySet:
        return with_facts(super().get_export_queryset(request))

    def has_import_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="projet", ordering="title")
    def title_shown(self, project: FundedProject) -> str:
        return project.title if len(project.title) <= 110 else f"{project.title[:109]}…"

    @admin.display(description="bénéficiaire", ordering="beneficiary")
    def beneficiary_told(self, project: FundedProject) -> str:
        return project.beneficiary_shown

    @admin.display(description="lieu", ordering="departement_code")
    def where(self, project: FundedProject) -> str:
        if project.commune:
            return f"{project.commune.name} ({project.departement_code})"
        return project.commune_code or project.departement_code or "–"

    @admin.display(description="commune")
    def commune_told(self, project: FundedProject) -> str:
        return project.commune.name if project.commune else "–"

    @admin.display(description="montant", ordering="amount")
    def amount_told(self, project: FundedProject) -> str:
        return whole_euros(project.amount)

    @admin.display(description="liste", ordering="list__name")
    def list_name(self, project: FundedProject) -> str:
        return project.list.name
