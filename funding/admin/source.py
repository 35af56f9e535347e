"""Sources: how each is read, and reading one now: on trial, for good, or from a file that is sent."""

from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

from funding.admin.fields import HTTPS
from funding.admin.refusals import RefusalMixin
from funding.admin.source_form import SourceForm, form_for, last_columns, option_names
from funding.enums import ProposalState, RunState, RunTrigger
from funding.models import Source
from funding.permissions import can_run_sources
from funding.sources.kinds import KINDS
from funding.sync import wording
from funding.sync.due import ring_run
from funding.sync.runs import File, give_up, run_source, start
from funding.sync.sources import save_source
from ti_portal.core.admin_bases import ChoiceFilter, PortalAdmin

MAX_BYTES = 20 * 1024 * 1024
SHOWN_RUNS = 10
ADDING = (
    "La nature se choisit une fois ; ses réglages viennent après l’enregistrement. Pour Aides-territoires : l’adresse "
    "est https://aides-territoires.beta.gouv.fr/api/, le secret est le nom de la clé donnée à l’hébergeur du portail. "
    "Essayez toujours à blanc avant de choisir un rythme."
)
NO_BROKER = "La file d’attente ne répond pas : rien n’est lu. Réessayez dans un moment."


class UploadForm(forms.Form):
    file = forms.FileField(label="Fichier à lire", help_text=f"{MAX_BYTES // 1024 // 1024} Mo au plus.")

    def clean_file(self) -> File:
        sent = self.cleaned_data["file"]
        data = sent.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise forms.ValidationError(f"Le fichier dépasse {MAX_BYTES // 1024 // 1024} Mo.", code="too_big")
        return File(data, sent.name[:200], (sent.content_type or "")[:120])


class StateFilter(ChoiceFilter):
    title = "état"
    parameter_name = "etat"
    choices_in_words = (("active", "Lue"), ("stopped", "Arrêtée"), ("failing", "En échec"))

    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        if value == "failing":
            return queryset.filter(failures__gt=0)
        return queryset.filter(is_active=value == "active")


@admin.register(Source)
class SourceAdmin(RefusalMixin, PortalAdmin):
    form = SourceForm
    formfield_overrides = HTTPS
    change_form_template = "admin/funding/source/change_form.html"
    list_display = ["name", "kind_shown", "rhythm", "is_active", "last_success_at", "failures", "next_shown", "waiting"]
    list_filter = [StateFilter, "rhythm"]
    search_fields = ["name", "slug", "url"]
    search_help_text = "Nom, identifiant ou adresse."
    ordering = ["name", "pk"]
    prepopulated_fields = {"slug": ["name"]}
    view_on_site = False
    read_only = ["last_success_at", "last_count", "failures", "next_shown"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        waiting = Count("proposals", filter=Q(proposals__state=ProposalState.PENDING))
        return super().get_queryset(request).annotate(waiting_count=waiting)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    @admin.display(description="nature")
    def kind_shown(self, source: Source) -> str:
        return KINDS[source.kind].label if source.kind in KINDS else source.kind

    @admin.display(description="prochaine lecture", ordering="next_run_at")
    def next_shown(self, source: Source) -> str:
        if not source.is_active or source.next_run_at is None:
            return "–"
        return date_format(timezone.localtime(source.next_run_at), "j F Y H:i")

    @admin.display(description="à décider", ordering="waiting_count")
    def waiting(self, source: Source):
        if not source.waiting_count:
            return 0
        query = urlencode({"etat": ProposalState.PENDING, "source__id__exact": source.pk})
        url = f"{reverse('admin:funding_proposal_changelist')}?{query}"
        return format_html('<a href="{}">{}</a>', url, source.waiting_count)

    def get_form(self, request: HttpRequest, obj: Source | None = None, change=False, **kwargs):
        return super().get_form(request, obj, change=change, form=form_for(obj), **kwargs)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Source | None = None):
        return {} if obj else self.prepopulated_fields

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None):
        return ["kind_shown", *self.read_only] if obj else []

    def get_fieldsets(self, request: HttpRequest, obj: Source | None = None):
        kind = "kind_shown" if obj else "kind"
        found = [
            ("La source", {"fields": ["name", "slug", kind, "url", "credential", "rhythm", "publishes", "is_active"]}),
            ("Licence", {"fields": ["licence", "licence_url", "attribution"]}),
        ]
        if obj is None:
            found[0][1]["description"] = ADDING
        if options := option_names(obj):
            found.insert(1, ("Comment la lire", {"fields": options, "description": self._columns_in_words(obj)}))
        if obj:
            found.append(("Où elle en est", {"fields": self.read_only}))
        return found

    def _columns_in_words(self, source: Source) -> str:
        titles = last_columns(source).titles
        return format_html("Colonnes du dernier fichier lu : {}.", " ; ".join(titles)) if titles else ""

    def render_change_form(self, request: HttpRequest, context: dict, add=False, change=False, form_url="", obj=None):
        context["refused"] = self.refused(request)
        if obj is not None:
            runs = obj.runs.defer("raw").order_by("-started_at", "-pk")[:SHOWN_RUNS]
            context |= {
                "runs": [(run, wording.summary(run)) for run in runs],
                "upload": getattr(request, "upload", None) or UploadForm(prefix="upload"),
                "may_run": can_run_sources(request.user),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Source, form: SourceForm, change: bool) -> None:
        saved = save_source(source_id=obj.pk, values=form.values(), at=timezone.now())
        obj.pk = saved.pk

    def response_add(self, request: HttpRequest, obj: Source, post_url_continue=None) -> HttpResponse:
        said = "La source est créée : réglez comment la lire, puis essayez à blanc."
        self.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:funding_source_change", args=[obj.pk]))

    # Reading now

    def get_urls(self):
        protect = self.admin_site.admin_view
        return [
            path("<int:source_id>/lire/", protect(self.read_view), name="funding_source_read"),
            path("<int:source_id>/envoyer/", protect(self.upload_view), name="funding_source_upload"),
            *super().get_urls(),
        ]

    def read_view(self, request: HttpRequest, source_id: int) -> HttpResponse:
        """Ask for a reading; a worker does it, and the page of the run tells how it goes."""
        source = self._source(request, source_id)
        accept_shorter = request.POST.get("plus_courte") == "oui"
        try:
            with transaction.atomic():
                run = start(
                    source_id=source.pk,
                    trigger=RunTrigger.BUTTON,
                    at=timezone.now(),
                    dry_run=request.POST.get("ecrire") != "oui",
                    actor=request.user,
                )
        except ValidationError as error:
            return self._refused(request, source, error)
        if not ring_run(run.pk, accept_shorter=accept_shorter):
            give_up(run_id=run.pk, at=timezone.now(), sentence=NO_BROKER)
        return HttpResponseRedirect(reverse("admin:funding_syncrun_change", args=[run.pk]))

    def upload_view(self, request: HttpRequest, source_id: int) -> HttpResponse:
        """Read a file on trial: what it changes is shown, and written from the page of the run."""
        source = self._source(request, source_id)
        form = UploadForm(request.POST, request.FILES, prefix="upload")
        if not form.is_valid():
            self.message_user(request, " ".join(form.errors["file"]), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:funding_source_change", args=[source.pk]))
        try:
            run = run_source(
                source_id=source.pk,
                trigger=RunTrigger.UPLOAD,
                at=timezone.now(),
                dry_run=True,
                content=form.cleaned_data["file"],
                actor=request.user,
            )
        except ValidationError as error:
            return self._refused(request, source, error)
        return HttpResponseRedirect(reverse("admin:funding_syncrun_change", args=[run.pk]))

    def _source(self, request: HttpRequest, source_id: int) -> Source:
        if not (can_run_sources(request.user) and self.has_change_permission(request)):
            raise PermissionDenied
        source = Source.objects.filter(pk=source_id).first()
        if source is None or request.method != "POST":
            raise Http404
        return source

    def _refused(self, request: HttpRequest, source: Source, error: ValidationError) -> HttpResponse:
        self.message_user(request, " ".join(error.messages), messages.ERROR)
        running = source.runs.filter(state=RunState.RUNNING).order_by("pk").first()
        if running is not None:
            return HttpResponseRedirect(reverse("admin:funding_syncrun_change", args=[running.pk]))
        return HttpResponseRedirect(reverse("admin:funding_source_change", args=[source.pk]))
