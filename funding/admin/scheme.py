"""Schemes: written on one page with their lists, tried before they are saved, led to publication."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from simple_history.admin import SimpleHistoryAdmin

from funding import editorial, statuses
from funding.admin import rows, trial
from funding.admin.fields import known_organisations, known_schemes
from funding.admin.filters import (
    LinkFilter,
    PerimeterRegionFilter,
    SchemeStatusFilter,
    perimeter_in_short,
)
from funding.admin.history import part_changes
from funding.admin.national_schema import NationalSchemaMixin
from funding.admin.refusals import RefusalMixin, ShownAgain, problem
from funding.admin.scheme_form import SchemeForm, label_of
from funding.admin.subscriber import followers_in_words
from funding.eligibility.codes import CriterionKind
from funding.eligibility.errors import RuleError
from funding.eligibility.labels import CRITERION_KINDS, HELP_KINDS
from funding.enums import EditorialState
from funding.models import Call, Follow, Round, Scheme
from funding.permissions import can_publish_schemes
from funding.resources.schemes import SchemeResource, with_facts
from funding.resources.values import VOCABULARY_OF_KIND
from funding.schemes import (
    delete_draft,
    delete_exclusion,
    move_scheme,
    protect_fields,
    publish_scheme,
    save_exclusion,
    save_scheme,
)
from territories.search import suggest
from ti_portal.core.admin_bases import PortalAdmin, ReadOnlyInline
from ti_portal.core.table_admin import TableAdminMixin

DRAFT, TO_VALIDATE = EditorialState.DRAFT, EditorialState.TO_VALIDATE
PUBLISHED, ARCHIVED = EditorialState.PUBLISHED, EditorialState.ARCHIVED
MOVES = {
    (DRAFT, TO_VALIDATE): "Enregistrer et proposer à la validation",
    (TO_VALIDATE, DRAFT): "Enregistrer et renvoyer en brouillon",
    (TO_VALIDATE, PUBLISHED): "Enregistrer et publier",
    (PUBLISHED, TO_VALIDATE): "Retirer du catalogue et enregistrer",
    (PUBLISHED, ARCHIVED): "Enregistrer et archiver",
    (ARCHIVED, TO_VALIDATE): "Rouvrir pour correction",
}
MOVED = {
    DRAFT: "Le dispositif est de nouveau un brouillon.",
    TO_VALIDATE: "Le dispositif attend d’être validé.",
    PUBLISHED: "Le dispositif est publié : il est dans le catalogue et dans le test.",
    ARCHIVED: "Le dispositif est archivé : sa page dit qu’il est terminé.",
}
TEMPLATES = "admin/funding/scheme"
SUGGESTED = 10
_OPERANDS = {
    CriterionKind.PLACE: "codes de lieux (REG-76, EPCI-200023414…)",
    CriterionKind.NAF: "codes d’activité à tout niveau (C, 25, 25.6, 25.62B)",
    CriterionKind.LEGAL_FORM: "codes de catégorie juridique, ou leur début (5, 57, 5710)",
    CriterionKind.STAFF_RANGE: "minimum et maximum, en personnes",
    CriterionKind.FIRM_AGE: "minimum et maximum, en années révolues (« moins de huit ans » : maximum 7)",
    CriterionKind.PROJECT_AMOUNT: "minimum et maximum, en euros",
    CriterionKind.JOBS_CREATED: "minimum et maximum, en emplois",
    CriterionKind.FREE_TEXT: "les mots de la source, et auprès de qui vérifier : une personne décidera",
}


def criterion_words() -> list[tuple[str, str]]:
    """What each kind of criterion expects, for the help of the page."""
    return [
        (label, _OPERANDS.get(kind) or " ; ".join(VOCABULARY_OF_KIND.get(kind, {}).values()) or "oui ou non")
        for kind, label in CRITERION_KINDS.items()
    ]


class CallInline(ReadOnlyInline):
    """The calls at a glance; each has its page, with its rounds."""

    model = Call
    fields = ["call", "kind", "where", "status", "closes"]
    readonly_fields = ["call", "where", "status", "closes"]
    ordering = ["slug", "pk"]
    template = "admin/funding/calls.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("scheme", "variant_of").prefetch_related("rounds")

    @admin.display(description="appel")
    def call(self, call: Call) -> str:
        url = reverse("admin:funding_call_change", args=[call.pk])
        variant = f" (variante de {call.variant_of.name})" if call.variant_of_id else ""
        return format_html('<a href="{}">{}</a>{}', url, call.name, variant)

    @admin.display(description="lieux")
    def where(self, call: Call) -> str:
        return perimeter_in_short(call)

    @admin.display(description="aujourd’hui")
    def status(self, call: Call) -> str:
        try:
            return statuses.label(statuses.status_of(call, timezone.now()))
        except RuleError:
            return "à corriger"

    @admin.display(description="relèves")
    def closes(self, call: Call) -> str:
        return "permanent" if call.is_permanent else str(len(call.rounds.all()))


@admin.register(Scheme)
class SchemeAdmin(NationalSchemaMixin, TableAdminMixin, RefusalMixin, PortalAdmin, SimpleHistoryAdmin):
    form = SchemeForm
    change_form_template = f"{TEMPLATES}/change_form.html"
    change_list_template = f"{TEMPLATES}/change_list.html"
    object_history_template = f"{TEMPLATES}/object_history.html"
    resource_classes = [SchemeResource]
    import_notice = (
        "Une ligne dont l’adresse est connue change ce dispositif ; les autres créent un brouillon. Une colonne "
        "absente ne change rien. Rien n’est publié ni supprimé par un import."
    )
    list_display = ["name", "state", "status", "kinds", "where", "organisations_shown", "updated_at"]
    list_filter = ["state", SchemeStatusFilter, LinkFilter, PerimeterRegionFilter]
    search_fields = ["name", "acronym", "slug", "summary", "source_key"]
    search_help_text = "Nom, sigle, adresse, résumé ou identifiant chez la source."
    ordering = ["-updated_at", "-pk"]
    actions = ["publish"]
    view_on_site = False
    inlines = [
        rows.CriterionInline,
        rows.AmountInline,
        CallInline,
        rows.RoleInline,
        rows.ContactInline,
        rows.LinkInline,
        rows.ExclusionInline,
    ]
    readonly_fields = ["facts"]

    def label_of(self, scheme: Scheme) -> str:
        return f"{scheme.name} ({scheme.slug})"

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("successor")

    def get_changelist_instance(self, request: HttpRequest):
        shown = super().get_changelist_instance(request)
        rounds = Prefetch("calls__rounds", Round.objects.order_by("pk"))
        calls = Prefetch("calls", Call.objects.select_related("variant_of").defer("text").order_by("slug", "pk"))
        shown.result_list = shown.result_list.prefetch_related(calls, rounds, "organisations")
        return shown

    def get_export_queryset(self, request: HttpRequest) -> QuerySet:
        return with_facts(super().get_export_queryset(request))

    @admin.display(description="statut aujourd’hui")
    def status(self, scheme: Scheme) -> str:
        try:
            return statuses.label(statuses.status_here(scheme, timezone.now()))
        except RuleError:
            return "à corriger"

    @admin.display(description="nature")
    def kinds(self, scheme: Scheme) -> str:
        return ", ".join(HELP_KINDS[kind] for kind in HELP_KINDS if kind in scheme.help_kinds)

    @admin.display(description="où")
    def where(self, scheme: Scheme) -> str:
        return perimeter_in_short(scheme)

    @admin.display(description="organismes")
    def organisations_shown(self, scheme: Scheme) -> str:
        return ", ".join(dict.fromkeys(body.acronym or body.name for body in scheme.organisations.all()))

    @admin.action(description="Publier (ceux qui sont à valider)", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet) -> None:
        for scheme in queryset.order_by("pk"):
            try:
                publish_scheme(scheme_id=scheme.pk, actor=request.user, at=timezone.now())
            except ValidationError as error:
                self.message_user(request, f"{scheme.name} : {' '.join(error.messages)}", messages.ERROR)
            else:
                self.log_change(request, scheme, "Publié.")
                self.message_user(request, f"{scheme.name} : publié.", messages.SUCCESS)

    # The page

    def get_fieldsets(self, request: HttpRequest, obj: Scheme | None = None):
        first = ["facts"] if obj else []
        source = ["source_name", ("source_key", "source_date")]
        if obj and obj.protected_fields:
            source.append("protected")
        return [
            ("L’essentiel", {"fields": [*first, "name", ("acronym", "slug"), "summary", "help_kinds", "based_on"]}),
            ("Où il s’applique", {"fields": [("included_codes", "excluded_codes")]}),
            ("Textes", {"fields": ["description", "eligibility_text", "to_prepare"]}),
            (
                "Cadre",
                {
                    "fields": [
                        ("regime", "legal_basis"),
                        "programme",
                        ("valid_from", "valid_until", "end_is_known"),
                        "successor",
                    ]
                },
            ),
            ("Source", {"fields": source}),
        ]

    def get_inlines(self, request: HttpRequest, obj: Scheme | None):
        return [inline for inline in super().get_inlines(request, obj) if obj or inline is not CallInline]

    @admin.display(description="où il en est")
    def facts(self, scheme: Scheme) -> str:
        since = f", modifié le {timezone.localtime(scheme.updated_at):%d/%m/%Y à %H:%M}" if scheme.updated_at else ""
        followers = followers_in_words(Follow.objects.counted_of(scheme=scheme))
        state = f"{scheme.get_state_display()}, version {scheme.version}{since}. Suivi par : {followers}."
        return format_html('{} <a href="{}">Voir sa page</a>', state, scheme.get_absolute_url())

    def render_change_form(self, request: HttpRequest, context: dict, add=False, change=False, form_url="", obj=None):
        form = context["adminform"].form
        formsets = {type(set_.opts): set_.formset for set_ in context["inline_admin_formsets"]}
        context["trial"] = self._trial(request, form, formsets, obj)
        if request.POST.get("_try") == "fragment":
            return TemplateResponse(request, f"{TEMPLATES}/_trial_results.html", context)
        context["refused"] = self.refused(request)
        state = obj.state if obj else DRAFT
        context["missing"] = []
        if obj and state in (DRAFT, TO_VALIDATE) and not context["refused"]:
            context["missing"] = [problem(text) for text in editorial.publication_problems(obj)]
        if can_publish_schemes(request.user) and self.has_change_permission(request, obj):
            context["moves"] = [(str(to), words) for (before, to), words in MOVES.items() if before == state]
        context["can_write"] = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        context["known_schemes"], context["known_organisations"] = known_schemes(), known_organisations()
        context["criterion_words"] = criterion_words()
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _trial(self, request: HttpRequest, form, formsets: dict, obj: Scheme | None) -> trial.Trial:
        asked = trial.TrialForm(request.POST if request.method == "POST" else None)
        if asked.is_bound:
            asked.is_valid()
        kept = trial.kept_rules(obj.pk) if obj else None
        edited = None
        if request.method == "POST":
            lists = [
                [one.instance for one in rows.rows_of(formsets[inline])] if inline in formsets else []
                for inline in (rows.CriterionInline, rows.AmountInline)
            ]
            edited = trial.rules_of(form.instance, *lists)
        return trial.trial(form=asked, kept=kept, edited=edited, now=timezone.now())

    # Saving: everything through the use cases

    def save_model(self, request: HttpRequest, obj: Scheme, form: SchemeForm, change: bool) -> None:
        if "_try" in request.POST:
            raise ShownAgain

    def save_related(self, request: HttpRequest, form: SchemeForm, formsets, change: bool) -> None:
        sent = {"actor": request.user, "at": timezone.now()}
        scheme_id = form.instance.pk
        based_on = form.cleaned_data.get("based_on") if change else None
        to_state = request.POST.get("_move", "")
        if to_state and form.instance.state == PUBLISHED:
            # A scheme that leaves the catalogue may be left unfinished: it leaves first.
            save_scheme(scheme_id=scheme_id, based_on_version=based_on, **sent)
            based_on = move_scheme(scheme_id=scheme_id, to_state=to_state, **sent).version
            self.message_user(request, MOVED[to_state], messages.SUCCESS)
            to_state = ""
        lists = {
            set_.form.part.name: [one.row() for one in rows.rows_of(set_)]
            for set_ in formsets
            if issubclass(set_.form, rows.RowForm)
        }
        values = form.values()
        outcome = save_scheme(scheme_id=scheme_id, values=values, rows=lists, based_on_version=based_on, **sent)
        scheme = outcome.scheme
        exclusions = self._save_exclusions(scheme, formsets)
        if released := form.released():
            scheme = protect_fields(scheme_id=scheme.pk, names=set(scheme.protected_fields) - released, **sent)
        form.instance.pk, form.instance.slug, form.instance.name = scheme.pk, scheme.slug, scheme.name
        changed = [label_of(name) for name in outcome.changed] + (["non-cumuls"] if exclusions else [])
        request.changed_words = ", ".join(changed)
        if to_state:
            self._move(request, scheme, to_state, sent)

    def _move(self, request: HttpRequest, scheme: Scheme, to_state: str, sent: dict) -> None:
        """Saved first: what is missing to be published keeps nobody from keeping what was written."""
        try:
            with transaction.atomic():
                move_scheme(scheme_id=scheme.pk, to_state=to_state, **sent)
        except ValidationError as error:
            words = "Enregistré, mais pas publié" if to_state == PUBLISHED else "Enregistré, sans changer d’état"
            told = "1 point à corriger" if len(error.messages) == 1 else f"{len(error.messages)} points à corriger"
            if getattr(error, "code", "") == "forbidden_move":
                told = " ".join(error.messages)
            self.message_user(request, f"{words} : {told}.", messages.ERROR)
        else:
            self.message_user(request, MOVED[to_state], messages.SUCCESS)
            request.changed_words = f"{request.changed_words} → {EditorialState(to_state).label}".strip(" ,")

    def _save_exclusions(self, scheme: Scheme, formsets) -> bool:
        changed = False
        for form in (form for set_ in formsets if issubclass(set_.form, rows.ExclusionForm) for form in set_.forms):
            values = form.cleaned_data
            if form.instance.pk and (values.get("DELETE") or "other" in form.changed_data):
                delete_exclusion(exclusion_id=form.instance.pk)
                changed = True
            if values.get("DELETE") or not form.has_changed():
                continue
            save_exclusion(
                first_id=scheme.pk, second_id=values["other"].pk, reason=values["reason"], link=values["link"]
            )
            changed = True
        return changed

    def construct_change_message(self, request: HttpRequest, form, formsets, add=False) -> str:
        words = getattr(request, "changed_words", "")
        return f"{'Créé' if add else 'Modifié'} : {words}." if words else "Rien n’a changé."

    def response_add(self, request: HttpRequest, obj: Scheme, post_url_continue=None) -> HttpResponse:
        if "_move" in request.POST:
            return self._page_of(obj)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Scheme) -> HttpResponse:
        if "_move" in request.POST:
            return self._page_of(obj)
        return super().response_change(request, obj)

    def _page_of(self, scheme: Scheme) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:funding_scheme_change", args=[scheme.pk]))

    def history_view(self, request: HttpRequest, object_id: str, extra_context=None) -> HttpResponse:
        scheme = self.get_object(request, object_id)
        more = {"part_changes": part_changes(scheme)} if scheme else {}
        return super().history_view(request, object_id, {**more, **(extra_context or {})})

    # Deleting a draft

    def has_delete_permission(self, request: HttpRequest, obj: Scheme | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.state == DRAFT)

    def get_deleted_objects(self, objs, request: HttpRequest):
        return [self.label_of(scheme) for scheme in objs], {}, set(), []

    def delete_model(self, request: HttpRequest, obj: Scheme) -> None:
        delete_draft(scheme_id=obj.pk, actor=request.user, at=timezone.now())

    def delete_view(self, request: HttpRequest, object_id: str, extra_context=None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:funding_scheme_change", args=[object_id]))

    # Suggestions

    def get_urls(self):
        places = self.admin_site.admin_view(self.places_view)
        return [path("lieux/", places, name="funding_scheme_places"), *super().get_urls()]

    def places_view(self, request: HttpRequest) -> JsonResponse:
        """Places for what is being typed: `{"results": [{"value", "label"}]}`. Never an error."""
        found = suggest(request.GET.get("q", "")[:100], limit=SUGGESTED)
        results = [{"value": one.code, "label": f"{one.name} {one.hint}".strip()} for one in found]
        return JsonResponse({"results": results})
