"""Questions: read before they show, answered with links and schemes, published among the frequent ones."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin

from events.admin.fields import EventFilter, RichTextField, event_in_short, filter_named
from events.admin.moderation import ModeratedMixin
from events.models import AnswerLink, Question
from events.questions import ANSWER_FIELDS, answer, moderate
from funding.admin.fields import known_schemes
from funding.admin.refusals import RefusableForm, RefusalMixin
from funding.models import Scheme
from ti_portal.core.admin_bases import ChoiceFilter, PortalAdmin

SHOWN = 90


class AnswerFilter(ChoiceFilter):
    title = "réponse"
    parameter_name = "reponse"
    choices_in_words = (("sans", "Sans réponse"), ("avec", "Répondues"), ("a_relire", "À relire aujourd’hui"))

    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        if value == "a_relire":
            return queryset.filter(in_faq=True, review_on__lte=timezone.localdate())
        return queryset.filter(answer="") if value == "sans" else queryset.exclude(answer="")


class QuestionForm(RefusableForm, forms.ModelForm):
    answer = RichTextField(label="Réponse officielle")
    links = forms.CharField(
        label="Liens",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 90}),
        help_text="Un par ligne : libellé | adresse",
    )
    scheme_slugs = forms.CharField(
        label="Dispositifs dont parle la réponse",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text="Noms dans l’adresse, un par ligne.",
    )

    class Meta:
        model = Question
        fields = list(ANSWER_FIELDS)
        labels = {"answer_state": "Où en est la réponse"}
        widgets = {"review_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        question = self.instance
        if question.pk is None:
            return
        links = question.links.order_by("position", "pk")
        self.initial["links"] = "\n".join(f"{link.label} | {link.url}" for link in links)
        slugs = question.schemes.order_by("slug").values_list("slug", flat=True)
        self.initial["scheme_slugs"] = "\n".join(slugs)

    def clean_links(self) -> list[dict[str, str]]:
        found = []
        check = URLValidator(schemes=["https", "http"])
        for line in self.cleaned_data["links"].splitlines():
            if not line.strip():
                continue
            label, _, url = (part.strip() for part in line.rpartition("|"))
            try:
                check(url)
            except ValidationError as error:
                raise ValidationError(
                    f"« {line.strip()[:80]} » : écrivez un libellé, une barre, une adresse."
                ) from error
            found.append({"label": label or url, "url": url})
        if len({link["url"] for link in found}) < len(found):
            raise ValidationError("Une même adresse est donnée deux fois.")
        longest = AnswerLink._meta.get_field("label").max_length
        if any(len(link["label"]) > longest for link in found):
            raise ValidationError(f"Un libellé compte {longest} signes au plus.")
        return found

    def clean_scheme_slugs(self) -> list[int]:
        wanted = self.cleaned_data["scheme_slugs"].replace(",", " ").lower().split()
        known = dict(Scheme.objects.filter(slug__in=wanted).values_list("slug", "pk"))
        if missing := [slug for slug in wanted if slug not in known]:
            raise ValidationError(f"Aucun dispositif n’a l’adresse « {missing[0][:60]} ».")
        return list(known.values())

    def _get_validation_exclusions(self) -> set[str]:
        # The use case checks the whole; here only what was typed.
        return {field.name for field in Question._meta.fields}

    def validate_constraints(self) -> None:
        """As above."""


@admin.register(Question)
class QuestionAdmin(ModeratedMixin, RefusalMixin, PortalAdmin, SimpleHistoryAdmin):
    moderates = moderate
    moderated_noun = "question"
    moderated_words = ("acceptée", "écartée")
    form = QuestionForm
    change_form_template = "admin/funding/refusable.html"
    list_display = [
        "text_shown",
        event_in_short,
        "moderation",
        "answer_state",
        "support",
        "theme",
        "in_faq",
        "review_on",
    ]
    list_filter = [
        "moderation",
        AnswerFilter,
        EventFilter,
        ("in_faq", filter_named("foire aux questions", admin.BooleanFieldListFilter)),
    ]
    search_fields = ["text", "answer", "theme"]
    search_help_text = "Mots de la question ou de la réponse, thème."
    ordering = ["-asked_at", "position", "pk"]
    actions = ["accept", "refuse"]
    view_on_site = False
    seen = ["event_title", "text", "author", "moderation", "asked_at", "answered_at"]

    def label_of(self, question: Question) -> str:
        return question.text if len(question.text) <= SHOWN else f"{question.text[:SHOWN]}…"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("event").annotate(voices=Count("upvotes"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        return self.seen

    def get_fieldsets(self, request: HttpRequest, obj=None):
        answered = ["answer", ("answered_by", "answer_state"), "links", "scheme_slugs"]
        return [
            ("La question", {"fields": self.seen}),
            ("Réponse officielle", {"fields": answered}),
            ("Foire aux questions", {"fields": ["theme", "in_faq", "review_on"]}),
        ]

    @admin.display(description="question", ordering="text")
    def text_shown(self, question: Question) -> str:
        return self.label_of(question)

    @admin.display(description="rencontre", ordering="event__title")
    def event_title(self, question: Question) -> str:
        return question.event.title

    @admin.display(description="voix", ordering="voices")
    def support(self, question: Question) -> int:
        return question.voices

    def render_change_form(self, request: HttpRequest, context: dict, add=False, change=False, form_url="", obj=None):
        context["refused"] = self.refused(request)
        context["known_schemes"] = known_schemes()
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Question, form: QuestionForm, change: bool) -> None:
        answer(
            question_id=obj.pk,
            values={name: form.cleaned_data[name] for name in ANSWER_FIELDS},
            links=form.cleaned_data["links"],
            scheme_ids=form.cleaned_data["scheme_slugs"],
            actor=request.user,
            at=timezone.now(),
        )
