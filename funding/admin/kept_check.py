"""Kept checks, to read: what was asked, what was answered, by which rules. The secret of the link is not shown."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from funding.eligibility.codes import VerdictState
from funding.eligibility.labels import AUDIENCES, VERDICT_STATES
from funding.models import KeptCheck
from ti_portal.core.admin_bases import ReadOnlyAdmin

FACT_LABELS = {
    "audience": "porteur", "naf": "activité", "legal_category": "forme juridique", "created_on": "création",
    "staff": "effectif", "staff_band": "tranche d’effectif", "turnover": "chiffre d’affaires (€)",
    "balance_sheet": "bilan (€)", "group": "dans un groupe", "place": "lieu du projet", "place_origin": "lieu tiré de",
    "project_natures": "natures du projet", "expense_natures": "natures de dépense",
    "ecological_transition": "transition écologique", "partnership": "à plusieurs", "public_works": "marché public",
    "work_started": "déjà commencé", "project_amount": "montant du projet (€)", "jobs_created": "emplois créés",
    "has_aids": "aides reçues", "schemes_obtained": "aides obtenues pour ce projet",
}  # fmt: skip
_WORDS = {"yes": "oui", "no": "non", **{str(code): label for code, label in AUDIENCES.items()}}


def facts_in_words(check: KeptCheck) -> str:
    """The answers, one a line, as they were given."""
    lines = []
    for name, value in check.facts.items():
        values = value if isinstance(value, list) else [value]
        lines.append((FACT_LABELS.get(name, name), ", ".join(_WORDS.get(str(one), str(one)) for one in values)))
    if not lines:
        return "Aucune réponse."
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{} : {}</li>", lines))


def counts_in_words(check: KeptCheck) -> str:
    states = [verdict["state"] for verdict in check.verdicts.values()]
    counts = [(VERDICT_STATES[state], states.count(state)) for state in VerdictState]
    return ", ".join(f"{label.lower()} : {count}" for label, count in counts if count) or "aucun dispositif"


@admin.register(KeptCheck)
class KeptCheckAdmin(ReadOnlyAdmin):
    list_display = ["number", "created_at", "as_of", "contest_count", "rules_version", "data_version"]
    list_filter = ["created_at", "rules_version"]
    ordering = ["-created_at", "-pk"]
    fields = ["created_at", "as_of", "answers", "counted", "rules_version", "data_version"]
    readonly_fields = ["answers", "counted"]

    def label_of(self, check: KeptCheck) -> str:
        return f"test {check.pk}"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(contest_total=Count("contests"))

    def get_changelist_instance(self, request: HttpRequest):
        shown = super().get_changelist_instance(request)
        shown.result_list = shown.result_list.defer("facts", "verdicts")
        return shown

    @admin.display(description="test", ordering="pk")
    def number(self, check: KeptCheck) -> str:
        return f"test {check.pk}"

    @admin.display(description="contestations", ordering="contest_total")
    def contest_count(self, check: KeptCheck) -> int:
        return check.contest_total

    @admin.display(description="réponses")
    def answers(self, check: KeptCheck) -> str:
        return facts_in_words(check)

    @admin.display(description="verdicts")
    def counted(self, check: KeptCheck) -> str:
        return counts_in_words(check)
