"""Contested verdicts: what was asked, what was answered, why it seems wrong, and the délégation's answer."""

from django import forms
from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join

from funding.admin.kept_check import facts_in_words
from funding.admin.refusals import RefusableForm, RefusalMixin
from funding.checks import LONGEST_TEXT, answer_contest
from funding.eligibility.codes import CallState, ReasonCode, Truth, VerdictState
from funding.eligibility.labels import CALL_STATES, TRUTHS, VERDICT_STATES
from funding.enums import ContestState
from funding.models import Contest
from funding.permissions import can_answer_contests
from ti_portal.core.admin_bases import Dots, PortalAdmin

_CALLS, _TRUTHS, _REASONS = ({str(code) for code in codes} for codes in (CallState, Truth, ReasonCode))
ANSWERS = [choice for choice in ContestState.choices if choice[0] != ContestState.OPEN]


class ContestForm(RefusableForm, forms.ModelForm):
    state = forms.ChoiceField(
        label="Ce que vous décidez",
        choices=ANSWERS,
        widget=Dots("Ce que vous décidez"),
        error_messages={"required": "Dites si le verdict est confirmé ou si le critère est corrigé."},
    )
    answer = forms.CharField(
        label="Réponse",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8, "cols": 90}),
        help_text="Envoyée à l’adresse laissée, s’il y en a une. Corrigez d’abord le dispositif s’il est faux.",
        error_messages={"required": "Écrivez une réponse."},
    )

    class Meta:
        model = Contest
        fields: list[str] = []

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial |= {"state": "", "answer": ""}

    def _get_validation_exclusions(self) -> set[str]:
        # State and answer are written by the use case, with their instant.
        return {field.name for field in Contest._meta.fields}


@admin.register(Contest)
class ContestAdmin(RefusalMixin, PortalAdmin):
    form = ContestForm
    change_form_template = "admin/funding/refusable.html"
    list_display = ["scheme_name", "state", "verdict_state", "created_at", "answered_at", "wants_answer"]
    list_filter = ["state", "created_at"]
    search_fields = ["scheme__name", "text", "answer"]
    search_help_text = "Dispositif, ou mots de la question et de la réponse."
    # What waits for an answer first, the oldest on top; then the latest answers.
    ordering = [F("answered_at").desc(nulls_first=True), "created_at", "pk"]
    view_on_site = False
    seen = ["scheme_link", "text", "verdict", "facts", "asked_at", "created_at", "reply_to"]

    def label_of(self, contest: Contest) -> str:
        return f"contestation {contest.pk} – {contest.scheme.name}"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("scheme", "kept_check", "answered_by")

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Contest | None = None) -> bool:
        may = super().has_change_permission(request, obj) and can_answer_contests(request.user)
        return may and (obj is None or obj.state == ContestState.OPEN)

    def get_readonly_fields(self, request: HttpRequest, obj: Contest | None = None):
        return self.seen

    def get_fieldsets(self, request: HttpRequest, obj: Contest | None = None):
        answer = ["state", "answer"]
        if obj is not None and obj.state != ContestState.OPEN:
            answer += ["answered_at", "answered_by"]
        return [("Ce qui est contesté", {"fields": self.seen}), ("Réponse", {"fields": answer})]

    @admin.display(description="dispositif", ordering="scheme__name")
    def scheme_name(self, contest: Contest) -> str:
        return contest.scheme.name

    @admin.display(description="verdict")
    def verdict_state(self, contest: Contest) -> str:
        kept = contest.kept_check.verdicts.get(contest.scheme.slug)
        return VERDICT_STATES[VerdictState(kept["state"])] if kept else "–"

    @admin.display(description="attend un courriel", boolean=True)
    def wants_answer(self, contest: Contest) -> bool:
        return bool(contest.reply_to)

    @admin.display(description="dispositif")
    def scheme_link(self, contest: Contest) -> str:
        url = reverse("admin:funding_scheme_change", args=[contest.scheme_id])
        return format_html('<a href="{}">{}</a>', url, contest.scheme.name)

    @admin.display(description="verdict donné")
    def verdict(self, contest: Contest) -> str:
        kept = contest.kept_check.verdicts.get(contest.scheme.slug)
        if kept is None:
            return "Aucun : l’adresse du dispositif a changé depuis."
        state = VERDICT_STATES[VerdictState(kept["state"])]
        if kept.get("call") in _CALLS:
            state = f"{state} ; appel : {CALL_STATES[CallState(kept['call'])].lower()}"
        reasons = [reason.partition(":") for reason in kept["reasons"]]
        lines = ((_reason(code), TRUTHS[Truth(truth)].lower()) for code, _, truth in reasons if truth in _TRUTHS)
        return format_html("{}<ul>{}</ul>", state, format_html_join("", "<li>{} : {}</li>", lines))

    @admin.display(description="réponses au test")
    def facts(self, contest: Contest) -> str:
        return facts_in_words(contest.kept_check)

    @admin.display(description="verdicts au")
    def asked_at(self, contest: Contest) -> str:
        return date_format(timezone.localtime(contest.kept_check.as_of), "j F Y H:i")

    def render_change_form(self, request: HttpRequest, context: dict, add=False, change=False, form_url="", obj=None):
        context["refused"] = self.refused(request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Contest, form: ContestForm, change: bool) -> None:
        answer_contest(
            contest_id=obj.pk,
            state=form.cleaned_data["state"],
            answer=form.cleaned_data["answer"],
            actor=request.user,
            at=timezone.now(),
        )


_SUBJECTS = {
    "place": "lieu du projet", "audience": "public", "size": "taille de l’entreprise", "staff": "effectif",
    "naf": "activité", "legal": "forme juridique", "age": "ancienneté", "nature": "nature du projet",
    "expense": "nature des dépenses", "amount": "montant du projet", "jobs": "emplois créés",
    "transition": "transition écologique", "public": "marché public de travaux", "partnership": "projet à plusieurs",
    "work": "démarrage du projet", "free": "à vérifier par une personne", "not": "ne concerne pas ce public",
    "maybe": "ne concerne peut-être pas ce public", "call": "appel qui dépend du lieu",
}  # fmt: skip


def _reason(code: str) -> str:
    """What a kept reason is about. The parameters of its sentence are not kept: the facts are above."""
    if code not in _REASONS:
        return code
    return _SUBJECTS.get(code.partition("_")[0], code)
