"""Lists on an event's page: agenda, who speaks, documents, partners. Each is written whole by `events.meetings`."""

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from events import meetings
from events.admin.fields import RICH_HELP_SHORT, MarkField, RichTextField
from events.models import Document, Partner, Poll, Sequence, Speaker
from funding.admin.fields import https_by_default
from funding.admin.rows import RowForm, Rows
from ti_portal.core.admin_bases import ReadOnlyInline


class RankedForm(RowForm):
    """A row that has a place in its list. A new one comes last."""

    position = forms.IntegerField(
        label="Rang", required=False, min_value=0, max_value=999, widget=forms.NumberInput(attrs={"size": 3})
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial["position"] = None

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("position") is None:
            cleaned["position"] = self.instance.position if self.instance.pk else 999
        return cleaned


class SequenceForm(RankedForm):
    part = meetings.SEQUENCES

    text = RichTextField(label="Ce qui s’y dit", rows=3, help_text=RICH_HELP_SHORT)
    chapter_at = MarkField(label="Chapitre de l’enregistrement à")

    class Meta:
        model = Sequence
        fields = ["position", *meetings.SEQUENCES.fields]
        widgets = {"title": forms.TextInput(attrs={"size": 70})}


class SpeakerForm(RankedForm):
    part = meetings.SPEAKERS

    sequence_chosen = forms.TypedChoiceField(
        label="Pendant",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="Une séquence qui vient d’être ajoutée se choisit ici une fois la rencontre enregistrée.",
    )
    text = RichTextField(label="Propos", rows=3, help_text=RICH_HELP_SHORT)

    class Meta:
        model = Speaker
        fields = ["position", "name", "role", "organisation", "text"]

    def __init__(self, *args, sequences=(), **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sequence_chosen"].choices = [("", "Hors séquence"), *sequences]
        self.initial["sequence_chosen"] = self.instance.sequence_id or ""

    def clean(self) -> dict:
        cleaned = super().clean()
        self.instance.sequence_id = cleaned.get("sequence_chosen")
        return cleaned


class SpeakerFormSet(BaseInlineFormSet):
    """The sequences of the event are read once for all rows."""

    def get_form_kwargs(self, index) -> dict:
        if not hasattr(self, "sequences"):
            rows = Sequence.objects.filter(event=self.instance.pk).order_by("position", "pk")
            self.sequences = [(one.pk, one.title) for one in rows] if self.instance.pk else []
        return {**super().get_form_kwargs(index), "sequences": self.sequences}


class DocumentForm(RankedForm):
    part = meetings.DOCUMENTS

    class Meta:
        formfield_callback = https_by_default
        model = Document
        fields = ["position", *meetings.DOCUMENTS.fields]


class PartnerForm(RankedForm):
    part = meetings.PARTNERS

    class Meta:
        formfield_callback = https_by_default
        model = Partner
        fields = ["position", *meetings.PARTNERS.fields]


class SequenceInline(Rows):
    model = Sequence
    form = SequenceForm
    verbose_name_plural = "programme"
    ordering = ["position", "pk"]
    fields = [("position", "minutes", "chapter_at"), "title", "text"]


class SpeakerInline(Rows):
    model = Speaker
    form = SpeakerForm
    formset = SpeakerFormSet
    ordering = ["position", "pk"]
    fields = [("position", "sequence_chosen"), ("name", "role", "organisation"), "text"]


class DocumentInline(Rows):
    model = Document
    form = DocumentForm
    verbose_name_plural = "documents et liens"
    ordering = ["position", "pk"]
    fields = [("position", "kind", "label"), ("url", "file"), "remark"]


class PartnerInline(Rows):
    model = Partner
    form = PartnerForm
    ordering = ["position", "pk"]
    fields = [("position", "name", "url")]


class PollInline(ReadOnlyInline):
    """The polls at a glance; each has its page, with its answers."""

    model = Poll
    fields = ["poll", "kind", "state", "option_labels"]
    readonly_fields = ["poll", "option_labels"]
    ordering = ["position", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("options")

    @admin.display(description="sondage")
    def poll(self, poll: Poll) -> str:
        return format_html('<a href="{}">{}</a>', reverse("admin:events_poll_change", args=[poll.pk]), poll.question)

    @admin.display(description="réponses")
    def option_labels(self, poll: Poll) -> str:
        return " ; ".join(one.label for one in sorted(poll.options.all(), key=lambda one: one.position))
