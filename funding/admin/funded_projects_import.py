"""The screens that import a file of funded projects into its list: columns, plan, rows to look at, then writing it."""

from dataclasses import dataclass, replace
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.crypto import get_random_string

from funding import funded_projects
from funding.funded_projects import MAX_BYTES, StalePlanError, wording
from funding.funded_projects.columns import FIELDS
from funding.funded_projects.lists import attest
from funding.models import FundedProjectList
from funding.permissions import can_edit_schemes
from ti_portal.core.admin_bases import log_rows
from ti_portal.core.spreadsheets import UnreadableTable, read_table, write_csv

KEPT_FOR = timedelta(hours=1)
SHOWN = 200
SHOWN_NAMES = 500  # a form of Django holds a thousand fields
_PREFIX = "funded-projects:"
TEMPLATES = "admin/funding/funded_projects"
GONE = "Cet aperçu n’existe plus (il se garde une heure) : envoyez le fichier de nouveau."


@dataclass(frozen=True)
class KeptFile:
    """A file that waits for its plan to be accepted. `mapping` is what was said of its columns, None: as remembered."""

    content: bytes
    name: str
    list_id: int
    headers: tuple[str, ...]
    mapping: dict[str, str] | None = None
    is_done: bool = False


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Fichier (CSV ou XLSX)",
        help_text=f"Un projet par ligne, {MAX_BYTES // 1024 // 1024} Mo au plus. Rien n’est écrit avant l’aperçu.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )

    def clean_file(self) -> tuple[str, bytes, tuple[str, ...]]:
        file = self.cleaned_data["file"]
        content = file.read(MAX_BYTES + 1)
        try:
            table = read_table(content, max_rows=funded_projects.MAX_ROWS, max_bytes=MAX_BYTES)
        except UnreadableTable as error:
            raise forms.ValidationError(error.message, code=error.code) from error
        return file.name, content, table.headers


class FundedProjectsImportMixin:
    """Pages « Importer un fichier » of a list."""

    def get_urls(self):
        protect = self.admin_site.admin_view
        name = "funding_fundedprojectlist_projects"
        return [
            path("<int:pk>/importer/", protect(self.projects_upload), name=name),
            path("<int:pk>/importer/<str:token>/", protect(self.projects_plan), name=f"{name}_plan"),
            path("<int:pk>/importer/<str:token>/lignes.csv", protect(self.projects_notes), name=f"{name}_notes"),
            *super().get_urls(),
        ]

    def projects_upload(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a file in; nothing is written."""
        row = self._list(request, pk)
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            name, content, headers = form.cleaned_data["file"]
            token = get_random_string(32)
            self._keep(request, token, KeptFile(content, name, row.pk, headers))
            return HttpResponseRedirect(self._projects_url("plan", row, token))
        return self._projects_page(request, "import.html", row, {"title": "Importer un fichier", "form": form})

    def projects_plan(self, request: HttpRequest, pk: int, token: str) -> HttpResponse:
        """Show the plan of a file that was sent; by POST, change its columns, attest names, or apply it as shown."""
        row = self._list(request, pk)
        kept = self._kept(request, token, row)
        if kept is None:
            messages.error(request, GONE)
            return HttpResponseRedirect(self._projects_url("", row))
        if kept.is_done:
            messages.info(request, "Ce fichier est déjà importé : une seule fois.")
            return HttpResponseRedirect(self._list_url(row))
        if request.method == "POST" and request.POST.get("action") == "columns":
            mapping = {field.name: request.POST.get(f"column-{field.name}", "") for field in FIELDS}
            self._keep(request, token, replace(kept, mapping=mapping))
            return HttpResponseRedirect(request.path)
        try:
            plan = funded_projects.preview(kept.content, project_list=row, mapping=kept.mapping)
        except UnreadableTable as error:
            return self._plan_page(request, row, token, kept, None, error.message)
        if request.method != "POST":
            return self._plan_page(request, row, token, kept, plan)
        if request.POST.get("action") == "attest":
            return self._attested(request, row, plan)
        return self._applied(request, row, token, kept, plan)

    def projects_notes(self, request: HttpRequest, pk: int, token: str) -> HttpResponse:
        """The rows to be looked at, as a table to take away."""
        row = self._list(request, pk)
        kept = self._kept(request, token, row)
        if kept is None or kept.is_done:
            raise Http404
        try:
            plan = funded_projects.preview(kept.content, project_list=row, mapping=kept.mapping)
        except UnreadableTable as error:
            raise Http404 from error
        content = write_csv(wording.NOTE_HEADERS, wording.notes(plan))
        response = HttpResponse(content, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="lignes-{row.slug}.csv"'
        return response

    def _attested(self, request: HttpRequest, row: FundedProjectList, plan: funded_projects.Plan) -> HttpResponse:
        asked = set(request.POST.getlist("attest"))
        words = [who.word for who in plan.withheld if who.word in asked]
        count = attest(list_id=row.pk, words=words)
        if count:
            log_rows(request.user, [(row, row.name)], CHANGE, f"{count} bénéficiaires attestés personnes morales.")
        s = "s" if count > 1 else ""
        messages.success(request, f"{count} personne{s} morale{s} attestée{s}.")
        return HttpResponseRedirect(request.path)

    def _applied(
        self, request: HttpRequest, row: FundedProjectList, token: str, kept: KeptFile, plan: funded_projects.Plan
    ) -> HttpResponse:
        if request.POST.get("plan") != plan.fingerprint:
            return self._plan_page(request, row, token, kept, plan, wording.refusal(StalePlanError()))
        try:
            confirms = request.POST.get("confirm_gone") == "on"
            applied = funded_projects.apply(plan, project_list=row, at=timezone.now(), confirms_gone=confirms)
        except (StalePlanError, ValidationError) as error:
            return self._plan_page(request, row, token, kept, plan, wording.refusal(error))
        self._keep(request, token, replace(kept, content=b"", is_done=True))
        sentences = list(wording.outcome(applied))
        log_rows(request.user, [(row, row.name)], CHANGE, f"Fichier « {kept.name[:100]} ». {' '.join(sentences)}")
        for sentence in sentences:
            messages.success(request, sentence)
        return HttpResponseRedirect(self._list_url(row))

    def _plan_page(
        self,
        request: HttpRequest,
        row: FundedProjectList,
        token: str,
        kept: KeptFile,
        plan: funded_projects.Plan | None,
        refusal: str = "",
    ) -> HttpResponse:
        read = plan.columns if plan else kept.mapping if kept.mapping is not None else row.mapping
        context = {
            "title": "Ce que le fichier change",
            "kept": kept,
            "plan": plan,
            "refusal": refusal,
            "columns": [(field, read.get(field.name, "")) for field in FIELDS],
        }
        if plan:
            notes = wording.notes(plan)
            context |= {
                "counts": [(label, wording.shown(count)) for label, count in wording.counts(plan)],
                "confirmation": wording.confirmation(plan) if plan.needs_confirmation else "",
                "note_headers": wording.NOTE_HEADERS,
                "notes": notes[:SHOWN],
                "hidden_notes": max(0, len(notes) - SHOWN),
                "withheld": plan.withheld[:SHOWN_NAMES],
                "notes_url": self._projects_url("notes", row, token),
                "new": plan.new[:SHOWN],
                "changed": [(item, wording.changed_fields(item.fields)) for item in plan.changed[:SHOWN]],
                "gone": plan.gone[:SHOWN],
            }
        return self._projects_page(request, "plan.html", row, context)

    def _projects_page(
        self, request: HttpRequest, template: str, row: FundedProjectList, context: dict
    ) -> HttpResponse:
        request.current_app = self.admin_site.name
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "row": row,
            "list_url": self._list_url(row),
        }
        return TemplateResponse(request, f"{TEMPLATES}/{template}", shared | context)

    def _list(self, request: HttpRequest, pk: int) -> FundedProjectList:
        if not (can_edit_schemes(request.user) and self.has_change_permission(request)):
            raise PermissionDenied
        row = FundedProjectList.objects.filter(pk=pk).order_by("pk").first()
        if row is None:
            raise Http404
        return row

    def _list_url(self, row: FundedProjectList) -> str:
        return reverse("admin:funding_fundedprojectlist_change", args=[row.pk])

    def _projects_url(self, page: str, row: FundedProjectList, *more: str) -> str:
        name = "admin:funding_fundedprojectlist_projects"
        return reverse(f"{name}_{page}" if page else name, args=[row.pk, *more])

    def _owner(self, request: HttpRequest) -> str:
        return f"{request.user.pk}:{request.session.session_key}"

    def _keep(self, request: HttpRequest, token: str, kept: KeptFile) -> None:
        cache.set(_PREFIX + token, (self._owner(request), kept), KEPT_FOR.total_seconds())

    def _kept(self, request: HttpRequest, token: str, row: FundedProjectList) -> KeptFile | None:
        found = cache.get(_PREFIX + token)
        is_theirs = found is not None and found[0] == self._owner(request) and found[1].list_id == row.pk
        return found[1] if is_theirs else None
