"""The screen that imports a file in the national schema: each row accepted or refused with its reason, then applied."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.crypto import get_random_string

from funding.models import Scheme
from funding.national_schema import wording
from funding.national_schema.applying import DEFAULT_SOURCE, StaleImportError, apply, preview
from funding.permissions import can_edit_schemes
from funding.sync.plan import Plan
from ti_portal.core.admin_bases import log_rows
from ti_portal.core.spreadsheets import UnreadableTable
from ti_portal.core.spreadsheets.tables import MAX_BYTES

KEPT_FOR = timedelta(hours=1)
SHOWN = 300
_PREFIX = "national-schema:"
TEMPLATES = "admin/funding/national_schema"
GONE = "Cet aperçu n’existe plus (il se garde une heure) : envoyez le fichier de nouveau."


@dataclass(frozen=True)
class KeptFile:
    """A file that waits for its plan to be accepted. `is_done` once it was applied: a second click then finds it."""

    content: bytes
    name: str
    source: str
    is_done: bool = False

    def plan(self, at: datetime) -> Plan:
        return preview(self.content, at=at, source=self.source)


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Fichier au schéma national (CSV)",
        help_text="Schéma « dispositif-aide-professionnels », version 0.2.0.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt"}),
    )
    source = forms.CharField(
        label="Nom de la source",
        max_length=200,
        initial=DEFAULT_SOURCE,
        help_text="Le même nom au prochain import : il dit quels dispositifs sont ceux de ce fichier.",
    )

    def clean_file(self) -> tuple[str, bytes]:
        file = self.cleaned_data["file"]
        content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise forms.ValidationError(f"Le fichier dépasse {MAX_BYTES // 1024 // 1024} Mo.", code="too_big")
        return file.name, content


class NationalSchemaMixin:
    """Pages « Importer au schéma national » beside the list of schemes."""

    def get_urls(self):
        protect = self.admin_site.admin_view
        return [
            path("schema-national/", protect(self.national_upload), name="funding_scheme_national"),
            path("schema-national/<str:token>/", protect(self.national_plan), name="funding_scheme_national_plan"),
            *super().get_urls(),
        ]

    def national_upload(self, request: HttpRequest) -> HttpResponse:
        """Read a file and show what it would change; nothing is written."""
        self._check_import(request)
        form = UploadForm(request.POST or None, request.FILES or None)
        problem = ""
        if request.method == "POST" and form.is_valid():
            name, content = form.cleaned_data["file"]
            kept = KeptFile(content, name, form.cleaned_data["source"])
            try:
                kept.plan(timezone.now())
            except UnreadableTable as error:
                problem = error.message
            else:
                token = get_random_string(32)
                self._keep(request, token, kept)
                return HttpResponseRedirect(reverse("admin:funding_scheme_national_plan", args=[token]))
        context = {"title": "Importer au schéma national", "form": form, "problem": problem}
        return self._national_page(request, "import.html", context)

    def national_plan(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show the plan of a file that was sent; by POST, apply exactly the plan that was shown."""
        self._check_import(request)
        kept = self._kept(request, token)
        if kept is None:
            messages.error(request, GONE)
            return HttpResponseRedirect(reverse("admin:funding_scheme_national"))
        if kept.is_done:
            messages.info(request, "Ce fichier est déjà importé : une seule fois.")
            return HttpResponseRedirect(reverse("admin:funding_scheme_changelist"))
        now = timezone.now()
        plan = kept.plan(now)
        if request.method != "POST":
            return self._plan_page(request, kept, plan)
        if request.POST.get("plan") != plan.fingerprint:
            refusal = "Les dispositifs ont changé depuis cet aperçu : en voici un nouveau, à vérifier."
            return self._plan_page(request, kept, plan, refusal)
        try:
            publish = request.POST.get("publish") == "on"
            applied = apply(plan, actor=request.user, at=now, publish=publish)
        except (StaleImportError, ValidationError) as error:
            return self._plan_page(request, kept, plan, wording.refusal(error))
        self._keep(request, token, replace(kept, content=b"", is_done=True))
        self._log_import(request, kept, plan)
        for number, sentence in enumerate(wording.outcome(applied)):
            level = messages.SUCCESS if number == 0 else messages.INFO
            if number <= SHOWN // 10:
                messages.add_message(request, level, sentence)
        return HttpResponseRedirect(reverse("admin:funding_scheme_changelist"))

    def _log_import(self, request: HttpRequest, kept: KeptFile, plan: Plan) -> None:
        written = [*plan.new, *plan.changed]
        keys = [item.draft.key for item in written]
        schemes = Scheme.objects.filter(source_key__in=keys, source_name=plan.source).order_by("pk")
        rows = [(scheme, self.label_of(scheme)) for scheme in schemes]
        log_rows(request.user, rows, ADDITION, f"Par import du fichier « {kept.name[:100]} » (schéma national).")

    def _plan_page(self, request: HttpRequest, kept: KeptFile, plan, refusal: str = "") -> HttpResponse:
        groups = {name: getattr(plan, name) for name in ("refused", "new", "changed", "proposals")}
        return self._national_page(
            request,
            "plan.html",
            {
                "title": "Ce que le fichier change",
                "kept": kept,
                "plan": plan,
                "summary": wording.summary(plan),
                "refusal": refusal,
                **{name: rows[:SHOWN] for name, rows in groups.items()},
                "hidden": {name: max(0, len(rows) - SHOWN) for name, rows in groups.items()},
            },
        )

    def _national_page(self, request: HttpRequest, template: str, context: dict) -> HttpResponse:
        request.current_app = self.admin_site.name
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}
        return TemplateResponse(request, f"{TEMPLATES}/{template}", shared | context)

    def _check_import(self, request: HttpRequest) -> None:
        if not (can_edit_schemes(request.user) and self.has_add_permission(request)):
            raise PermissionDenied

    def _owner(self, request: HttpRequest) -> str:
        return f"{request.user.pk}:{request.session.session_key}"

    def _keep(self, request: HttpRequest, token: str, kept: KeptFile) -> None:
        cache.set(_PREFIX + token, (self._owner(request), kept), KEPT_FOR.total_seconds())

    def _kept(self, request: HttpRequest, token: str) -> KeptFile | None:
        found = cache.get(_PREFIX + token)
        return found[1] if found is not None and found[0] == self._owner(request) else None
