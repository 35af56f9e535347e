"""The official list: editions that were applied, and the screen that applies a new one."""

from functools import partial

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from territories import official_list
from territories.enums import Wave
from territories.models import ListEdition
from territories.official_list.proposals import KeptList, fingerprint, keep, kept, let_go
from ti_portal.core.admin_bases import ReadOnlyAdmin, log_rows
from ti_portal.core.spreadsheets.tables import MAX_BYTES
from ti_portal.core.templatetags.portal import day, number

COUNTS = {
    "new": "territoires nouveaux",
    "renamed": "territoires renommés",
    "changed": "territoires dont les membres changent",
    "closed": "territoires clos",
    "unchanged": "territoires inchangés",
    "members_added": "membres ajoutés",
    "members_removed": "membres retirés",
}
TEMPLATES = "admin/territories/listedition"


class ListUploadForm(forms.Form):
    file = forms.FileField(
        label="Liste officielle (CSV ou XLSX)",
        help_text="Telle qu’elle est publiée sur data.gouv.fr.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
    )
    wave = forms.TypedChoiceField(label="Vague", choices=Wave.choices, coerce=int, initial=Wave.CURRENT)
    as_of = forms.DateField(
        label="État au",
        help_text="Date à laquelle la liste est en vigueur.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Écrivez une date comme 24/11/2026."},
    )

    def __init__(self, *args, today, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_file(self) -> tuple[str, bytes]:
        file = self.cleaned_data["file"]
        content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise forms.ValidationError(f"Le fichier dépasse {MAX_BYTES // 1024 // 1024} Mo.", code="too_big")
        return file.name, content

    def clean_as_of(self):
        as_of = self.cleaned_data["as_of"]
        if as_of > self.today:
            raise forms.ValidationError("Cette date est à venir : la liste s’appliquera ce jour-là.", code="future")
        return as_of


@admin.register(ListEdition)
class ListEditionAdmin(ReadOnlyAdmin):
    change_list_template = f"{TEMPLATES}/change_list.html"
    list_display = ["label", "wave", "as_of_in_words", "applied_at", "applied_by"]
    list_filter = ["wave"]
    list_select_related = ["applied_by"]
    ordering = ["-as_of", "-pk"]
    fields = ["label", "wave", "as_of_in_words", "applied_at", "applied_by", "effects", "digest"]
    readonly_fields = ["as_of_in_words", "effects"]

    @admin.display(description="état au", ordering="as_of")
    def as_of_in_words(self, edition: ListEdition) -> str:
        return day(edition.as_of)

    @admin.display(description="effets")
    def effects(self, edition: ListEdition) -> str:
        lines = ((title, number(edition.counts[name])) for name, title in COUNTS.items() if name in edition.counts)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{} : {}</li>", lines))

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("territories.add_listedition")

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        extra = {"has_import_permission": self.has_import_permission(request), **(extra_context or {})}
        return super().changelist_view(request, extra)

    def get_urls(self):
        protect = self.admin_site.admin_view
        return [
            path("importer/", protect(self.upload_view), name="territories_listedition_import"),
            path("importer/<str:token>/", protect(self.proposal_view), name="territories_listedition_proposal"),
            *super().get_urls(),
        ]

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Read the list and show what it would change; nothing is written."""
        self._check_right(request)
        form = ListUploadForm(request.POST or None, request.FILES or None, today=timezone.localdate())
        problems: list[str] = []
        if request.method == "POST" and form.is_valid():
            name, content = form.cleaned_data["file"]
            proposal = KeptList(
                content=content, name=name, wave=form.cleaned_data["wave"], as_of=form.cleaned_data["as_of"]
            )
            try:
                proposal.plan()
            except official_list.ListingError as error:
                problems = error.sentences()
            else:
                token = keep(proposal, owner=self._owner(request))
                return HttpResponseRedirect(reverse("admin:territories_listedition_proposal", args=[token]))
        context = {"title": "Importer une liste officielle", "form": form, "problems": problems}
        return self._page(request, "import.html", context)

    def proposal_view(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show the plan of a list that was sent; by POST, apply exactly the plan that was shown."""
        self._check_right(request)
        proposal = kept(token, owner=self._owner(request))
        if proposal is None:
            messages.error(request, "Cet aperçu n’existe plus (il se garde une heure) : envoyez la liste de nouveau.")
            return HttpResponseRedirect(reverse("admin:territories_listedition_import"))
        if proposal.edition_id is not None:
            messages.info(request, "Cette liste est déjà appliquée : une seule fois.")
            return self._edition_page(proposal.edition_id)
        try:
            plan = proposal.plan()
        except official_list.ListingError as error:
            return self._page(
                request, "import.html",
                {
                    "title": "Importer une liste officielle",
                    "form": ListUploadForm(today=timezone.localdate()),
                    "problems": error.sentences(),
                },
            )  # fmt: skip
        show = partial(self._proposal_page, request, proposal, plan)
        if request.method != "POST":
            return show()
        if request.POST.get("plan") != fingerprint(plan):
            return show(refusal="La liste en vigueur a changé depuis cet aperçu : en voici un nouveau, à vérifier.")
        try:
            edition = official_list.apply(
                plan, at=timezone.now(), actor=request.user, confirm_closures=request.POST.get("closures") == "on"
            )
        except (
            official_list.StalePlanError,
            official_list.ClosuresNotConfirmedError,
            official_list.NotYetInForceError,
        ) as error:
            return show(refusal=official_list.wording.refusal(error))
        if edition is None:
            messages.info(request, "Rien à faire : cette liste est déjà en vigueur.")
            return HttpResponseRedirect(reverse("admin:territories_listedition_changelist"))
        let_go(token, owner=self._owner(request), edition_id=edition.pk)
        log_rows(
            request.user, [(edition, edition.label)], ADDITION, f"Par import du fichier « {proposal.name[:100]} »."
        )
        messages.success(request, "La liste est appliquée.")
        return self._edition_page(edition.pk)

    def _proposal_page(self, request, proposal, plan, refusal: str = "") -> HttpResponse:
        return self._page(
            request,
            "proposal.html",
            {
                "title": "Ce que la liste change",
                "proposal": proposal,
                "plan": plan,
                "fingerprint": fingerprint(plan),
                "changes": [_named(change, plan.names) for change in plan.changed],
                "new": [_named(new, plan.names) for new in plan.new],
                "closed": [_named(closure, plan.names) for closure in plan.closed],
                "summary": official_list.wording.summary(plan),
                "wave_label": Wave(plan.wave).label,
                "closed_share": official_list.wording.percent(plan.closed_share),
                "refusal": refusal,
            },
        )

    def _edition_page(self, edition_id: int) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:territories_listedition_change", args=[edition_id]))

    def _page(self, request: HttpRequest, template: str, context: dict) -> HttpResponse:
        request.current_app = self.admin_site.name
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}
        return TemplateResponse(request, f"{TEMPLATES}/{template}", shared | context)

    def _check_right(self, request: HttpRequest) -> None:
        if not self.has_import_permission(request):
            raise PermissionDenied

    def _owner(self, request: HttpRequest) -> str:
        return f"{request.user.pk}:{request.session.session_key}"


def _named(item, names) -> dict:
    """An item of a plan with the names of its members beside their codes."""
    groups = ("members", "added", "removed")
    members = {
        group: [(names.get(code, code), code) for code in getattr(item, group)]
        for group in groups
        if hasattr(item, group)
    }
    return {"number": item.number, "name": item.name, "is_reopened": getattr(item, "is_reopened", False), **members}
