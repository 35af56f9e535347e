"""Polls: prepared here, driven from the console, where free answers that hold a withheld word wait for a decision."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from events import poll_drafts
from events.admin.fields import EventChoice, EventFilter, event_in_short
from events.enums import PollKind, PollState
from events.models import Event, Poll, PollOption, Sequence
from funding.admin.refusals import RefusableForm, RefusalMixin
from funding.eligibility import french
from ti_portal.core.admin_bases import PortalAdmin
from ti_portal.core.text import whole_number

WORDS = ["question", "kind", "hides_results", "scale_low", "scale_high"]


class PollForm(RefusableForm, forms.ModelForm):
    event_chosen = EventChoice()
    sequence_chosen = forms.TypedChoiceField(label="Pendant", required=False, coerce=int, empty_value=None)
    labels = forms.CharField(
        label="Réponses",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "cols": 70}),
        help_text="Une par ligne, pour un choix. Rien pour une échelle ou une réponse libre.",
    )

    class Meta:
        model = Poll
        fields = WORDS
        widgets = {"question": forms.TextInput(attrs={"size": 80})}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        event_id = self.instance.event_id
        if self.instance.pk:
            self.fields.pop("event_chosen", None)
            labels = self.instance.options.order_by("position").values_list("label", flat=True)
            self.initial |= {"labels": "\n".join(labels), "sequence_chosen": self.instance.sequence_id or ""}
        else:
            given = str(self.data.get("event_chosen") or self.initial.get("event_chosen") or "")
            event_id = whole_number(given)
        if "sequence_chosen" in self.fields:
            rows = Sequence.objects.filter(event=event_id).order_by("position", "pk").values_list("pk", "title")
            self.fields["sequence_chosen"].choices = [("", "À tout moment"), *rows]

    def values(self) -> dict:
        found = {name: self.cleaned_data[name] for name in WORDS}
        return {**found, "sequence_id": self.cleaned_data["sequence_chosen"]}

    def _get_validation_exclusions(self) -> set[str]:
        # The use case checks the whole.
        return {field.name for field in Poll._meta.fields} - {"question"}

    def validate_constraints(self) -> None:
        """As above."""


@admin.register(Poll)
class PollAdmin(RefusalMixin, PortalAdmin):
    form = PollForm
    change_form_template = "admin/events/poll/change_form.html"
    list_display = ["question", event_in_short, "kind", "state", "option_count", "to_decide", "opened_at", "closed_at"]
    list_filter = [EventFilter, "state", "kind"]
    search_fields = ["question", "event__title"]
    search_help_text = "Question ou rencontre."
    ordering = ["-event__starts_at", "position", "pk"]
    view_on_site = False
    seen = ["event_title", "state", "opened_at", "closed_at", "published_at"]
    frozen = ["event_title", "question", "kind", "state", "answers", "opened_at", "closed_at", "published_at", "source"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request).select_related("event")
        return rows.annotate(hidden=Count("ballots", filter=Q(ballots__is_hidden=True)))

    def get_changelist_instance(self, request: HttpRequest):
        shown = super().get_changelist_instance(request)
        options = Prefetch("options", PollOption.objects.order_by("position"))
        shown.result_list = shown.result_list.prefetch_related(options)
        return shown

    def has_change_permission(self, request: HttpRequest, obj: Poll | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.state == PollState.DRAFT)

    def has_delete_permission(self, request: HttpRequest, obj: Poll | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.state == PollState.DRAFT)

    @admin.display(description="rencontre", ordering="event__title")
    def event_title(self, poll: Poll) -> str:
        return poll.event.title

    @admin.display(description="réponses offertes")
    def option_count(self, poll: Poll):
        return len(poll.options.all()) or None

    @admin.display(description="textes à décider", ordering="hidden")
    def to_decide(self, poll: Poll):
        if not poll.hidden:
            return None
        return format_html('<a href="{}">{}</a>', _texts_url(poll), poll.hidden)

    @admin.display(description="réponses")
    def answers(self, poll: Poll) -> str:
        """Frozen results; while a poll is open, what it offers: its counts are the console's."""
        if poll.results is None:
            labels = poll.options.order_by("position").values_list("label")
            return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", labels))
        lines = [(one["label"], one["percent"], _votes(one["votes"])) for one in poll.results["options"]]
        texts = [(text,) for text in poll.results["texts"]]
        return format_html(
            "{}<ul>{}{}</ul>",
            _respondents(poll),
            format_html_join("", "<li>{} : {} %{}</li>", lines),
            format_html_join("", "<li>{}</li>", texts),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Poll | None = None):
        if obj is None:
            return []
        return self.seen if obj.state == PollState.DRAFT else self.frozen

    def get_fieldsets(self, request: HttpRequest, obj: Poll | None = None):
        if obj is not None and obj.state != PollState.DRAFT:
            return [(None, {"fields": self.frozen})]
        first = ["event_title", "state"] if obj else ["event_chosen"]
        words = ["question", ("kind", "hides_results"), "labels", ("scale_low", "scale_high"), "sequence_chosen"]
        return [(None, {"fields": [*first, *words]})]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        return {"event_chosen": request.GET.get("rencontre", "")[:12]}

    def render_change_form(self, request: HttpRequest, context: dict, add=False, change=False, form_url="", obj=None):
        context["refused"] = self.refused(request)
        if obj and obj.kind == PollKind.TEXT and obj.state != PollState.DRAFT:
            context["texts_url"] = _texts_url(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Poll, form: PollForm, change: bool) -> None:
        event: Event | None = form.cleaned_data.get("event_chosen")
        saved = poll_drafts.save_poll(
            values=form.values(),
            labels=form.cleaned_data["labels"].splitlines(),
            poll_id=obj.pk,
            event_id=event.pk if event else None,
        )
        obj.pk = saved.pk

    def delete_model(self, request: HttpRequest, obj: Poll) -> None:
        poll_drafts.delete_poll(poll_id=obj.pk)

    def get_deleted_objects(self, objs, request: HttpRequest):
        return [self.label_of(poll) for poll in objs], {}, set(), []

    def delete_view(self, request: HttpRequest, object_id: str, extra_context=None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:events_poll_change", args=[object_id]))


def _texts_url(poll: Poll) -> str:
    """Where its free answers are read, and shown or put aside: one place for the console and the administration."""
    return reverse("events:texts", args=[poll.event.slug, poll.pk])


def _respondents(poll: Poll) -> str:
    people = poll.results["respondents"]
    several = " ; plusieurs réponses étaient possibles" if poll.kind == PollKind.MULTIPLE else ""
    return f"{french.counted(people, 'personne')} {'ont' if people > 1 else 'a'} répondu{several}."


def _votes(votes: int | None) -> str:
    return "" if votes is None else f" ({votes} voix)"
