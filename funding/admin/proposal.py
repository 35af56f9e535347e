"""What sources say of fields that people wrote: both values side by side, accepted or refused, alone or together."""

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import Truncator, capfirst

from funding.enums import ProposalState
from funding.models import Proposal
from funding.national_schema.drafts import FIELDS
from funding.permissions import can_run_sources
from funding.sync.diffs import pieces
from funding.sync.payloads import STATE
from funding.sync.proposals import Decision, Outcome, accept, fingerprint, refuse
from ti_portal.core.admin_bases import ChoiceFilter, ReadOnlyAdmin, log_rows

SHORT = 90
MOST = 100
LABELS = {**FIELDS, STATE: "état éditorial"}
DONE = {"accept": ("acceptée", "acceptées"), "refuse": ("refusée", "refusées")}
LEVELS = {Outcome.ACCEPTED: messages.SUCCESS, Outcome.REFUSED: messages.SUCCESS, Outcome.IMPOSSIBLE: messages.ERROR}


def field_label(proposal: Proposal) -> str:
    return LABELS.get(proposal.field, proposal.field)


class StateFilter(ChoiceFilter):
    """Those that wait, unless others are asked for."""

    title = "état"
    parameter_name = "etat"
    choices_in_words = (*ProposalState.choices, ("toutes", "Toutes"))

    def choices(self, changelist):
        wanted = self.value() or ProposalState.PENDING
        for value, label in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": value == wanted, "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value() or ProposalState.PENDING
        return queryset.filter(state=value) if value in ProposalState.values else queryset


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin):
    change_form_template = "admin/funding/proposal/change_form.html"
    list_display = ["scheme_name", "field_shown", "before_short", "after_short", "source", "state", "created_at"]
    list_filter = [StateFilter, "source"]
    list_select_related = ["scheme", "source"]
    search_fields = ["scheme__name", "scheme__slug"]
    search_help_text = "Nom ou adresse du dispositif."
    ordering = [F("decided_at").desc(nulls_first=True), "created_at", "pk"]
    fields = ["scheme_name"]
    actions = ["accept_together", "refuse_together"]

    def label_of(self, proposal: Proposal) -> str:
        return f"{capfirst(field_label(proposal))} – {proposal.scheme.name}"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("scheme", "source", "decided_by").defer("payload")

    @admin.display(description="dispositif", ordering="scheme__name")
    def scheme_name(self, proposal: Proposal) -> str:
        return proposal.scheme.name

    @admin.display(description="champ", ordering="field")
    def field_shown(self, proposal: Proposal) -> str:
        return field_label(proposal)

    @admin.display(description="aujourd’hui")
    def before_short(self, proposal: Proposal) -> str:
        return Truncator(proposal.before).chars(SHORT)

    @admin.display(description="la source dit")
    def after_short(self, proposal: Proposal) -> str:
        return Truncator(proposal.after).chars(SHORT)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return can_run_sources(request.user)

    def render_change_form(self, request: HttpRequest, context: dict, add=False, change=False, form_url="", obj=None):
        waiting = Proposal.objects.filter(state=ProposalState.PENDING).exclude(pk=obj.pk)
        context |= {
            "proposal": obj,
            "field_label": field_label(obj),
            "pieces": list(pieces(obj.before, obj.after)),
            "seen": fingerprint(obj),
            "may_decide": obj.state == ProposalState.PENDING and self.has_decide_permission(request),
            "may_release": obj.field in obj.scheme.protected_fields and obj.scheme.source_name == obj.source.name,
            "others": [
                (other, capfirst(field_label(other)))
                for other in waiting.filter(scheme=obj.scheme_id).select_related("source").order_by("pk")
            ],
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.action(description="Accepter, après relecture", permissions=["decide"])
    def accept_together(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
        return self._confirm(request, queryset, "accept")

    @admin.action(description="Refuser, après relecture", permissions=["decide"])
    def refuse_together(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
        return self._confirm(request, queryset, "refuse")

    def _confirm(self, request: HttpRequest, queryset: QuerySet, decision: str) -> HttpResponse:
        """Every difference on one page, to be read before anything is decided."""
        waiting = queryset.filter(state=ProposalState.PENDING).order_by("scheme__name", "pk")[:MOST]
        rows = [(one, field_label(one), list(pieces(one.before, one.after)), fingerprint(one)) for one in waiting]
        if not rows:
            self.message_user(request, "Aucune de ces propositions n’attend de décision.", messages.WARNING)
            return HttpResponseRedirect(reverse("admin:funding_proposal_changelist"))
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": "Accepter ces propositions" if decision == "accept" else "Refuser ces propositions",
            "opts": self.opts,
            "media": self.media,
            "rows": rows,
            "decision": decision,
        }
        return TemplateResponse(request, "admin/funding/proposal/together.html", context)

    def get_urls(self):
        decide = self.admin_site.admin_view(self.decide_view)
        return [path("decider/", decide, name="funding_proposal_decide"), *super().get_urls()]

    def decide_view(self, request: HttpRequest) -> HttpResponse:
        """Accept or refuse what was read: each proposal comes with the fingerprint of what its page showed."""
        if not self.has_decide_permission(request):
            raise PermissionDenied
        decision = request.POST.get("decision")
        if request.method != "POST" or decision not in DONE:
            raise Http404
        decided = []
        for chosen in request.POST.getlist("proposal")[:MOST]:
            identifier, _, seen = chosen.partition(":")
            if found := self._decided(request, decision, identifier, seen):
                decided.append(found)
        self._tell(request, decision, decided)
        again = [one.proposal for one in decided if one.outcome in (Outcome.STALE, Outcome.IMPOSSIBLE)]
        if len(again) == 1 and len(decided) == 1:
            return HttpResponseRedirect(reverse("admin:funding_proposal_change", args=[again[0].pk]))
        return HttpResponseRedirect(reverse("admin:funding_proposal_changelist"))

    def _decided(self, request: HttpRequest, decision: str, identifier: str, seen: str) -> Decision | None:
        sent = {"actor": request.user, "at": timezone.now()}
        try:
            if decision == "refuse":
                return refuse(proposal_id=int(identifier), **sent)
            release = request.POST.get("release") == "on"
            # Without a fingerprint nothing was read: never « accept whatever it is ».
            return accept(proposal_id=int(identifier), seen=seen or "-", release=release, **sent)
        except (ValueError, OverflowError, Proposal.DoesNotExist):
            return None

    def _tell(self, request: HttpRequest, decision: str, decided: list[Decision]) -> None:
        done = [one for one in decided if one.outcome in (Outcome.ACCEPTED, Outcome.REFUSED)]
        if done:
            one, many = DONE[decision]
            text = f"1 proposition {one}." if len(done) == 1 else f"{len(done)} propositions {many}."
            self.message_user(request, text, messages.SUCCESS)
            for verdict in done:
                proposal = verdict.proposal
                said = f"Proposition {one} : {field_label(proposal)} (source « {proposal.source.name} »)."
                log_rows(request.user, [(proposal.scheme, proposal.scheme.name)], CHANGE, said)
        for other in decided:
            if other not in done:
                level = LEVELS.get(other.outcome, messages.WARNING)
                text = f"{self.label_of(other.proposal)} : {' '.join(other.messages)}"
                self.message_user(request, text, level)
