"""Calls, with their rounds, and their regional variants."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from simple_history.admin import SimpleHistoryAdmin

from funding import parts, statuses, terms
from funding.admin.fields import (
    HTTPS,
    SchemeField,
    WallClockField,
    https_by_default,
    instant_of,
    known_schemes,
    on_the_wall,
    perimeter_fields,
)
from funding.admin.filters import CallStatusFilter, PageFilter, PerimeterRegionFilter, perimeter_in_short
from funding.admin.refusals import RefusableForm, RefusalMixin
from funding.admin.rows import RowForm, Rows, rows_of
from funding.admin.subscriber import followers_in_words
from funding.eligibility import french
from funding.eligibility.calls import PARIS
from funding.eligibility.errors import RuleError
from funding.models import Call, Follow, Round
from funding.schemes import CALL_FIELDS, delete_call, duplicate_as_variant, save_call
from territories import rich_text
from territories.enums import PlaceKind
from territories.models import Place
from ti_portal.core.admin_bases import Boxes, PortalAdmin

CLOCKS = ("suspended_from", "suspended_until", "exhausted_from")
ROUND_CLOCKS = ("opens_at", "closes_at", "exhausted_from")
DAY = {"type": "date"}


class CallForm(RefusableForm, forms.ModelForm):
    """The scheme is chosen once. Clocks of the call itself are those of Paris; each round has its own."""

    scheme_given = SchemeField(label="Dispositif")
    slug = forms.SlugField(label="Nom dans l’adresse", required=False, max_length=200, help_text="Vide : tiré du nom.")
    national = forms.ChoiceField(
        label="Variante de",
        required=False,
        help_text="Là où elle s’applique, une variante cache l’appel national, ouverte ou close.",
    )
    included_codes, excluded_codes = perimeter_fields(included="Vide : partout où le dispositif s’applique.")
    suspended_from = WallClockField(label="Suspendu depuis", required=False, help_text="Heure de Paris.")
    suspended_until = WallClockField(label="Suspendu jusqu’au", required=False)
    exhausted_from = WallClockField(label="Enveloppe épuisée depuis", required=False)

    class Meta:
        formfield_callback = https_by_default
        model = Call
        fields = [name for name in CALL_FIELDS if name != "url_dead_since"]
        widgets = {
            "name": forms.TextInput(attrs={"size": 70}),
            "text": forms.Textarea(attrs={"rows": 5, "cols": 90}),
        }
        help_texts = {"text": rich_text.HOW_TO_TYPE}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        call = self.instance
        self.initial["text"] = rich_text.to_typed(self.initial.get("text") or "")
        for name in CLOCKS:
            self.initial[name] = on_the_wall(getattr(call, name), PARIS)
        choices = [("", "Aucune : c’est l’appel national")]
        if call.pk:
            self.fields.pop("scheme_given", None)
            national = call.scheme.calls.filter(variant_of=None).exclude(pk=call.pk).order_by("slug", "pk")
            choices += list(national.values_list("slug", "name"))
            self.initial["national"] = call.variant_of.slug if call.variant_of_id else ""
        if "national" in self.fields:
            self.fields["national"].choices = choices

    def clean_text(self) -> str:
        return rich_text.sanitise(self.cleaned_data["text"])

    def clean(self) -> dict:
        cleaned = super().clean()
        if self.instance.pk is None and cleaned.get("scheme_given"):
            self.instance.scheme = cleaned["scheme_given"]
        return cleaned | {name: instant_of(cleaned.get(name), PARIS) for name in CLOCKS if name in cleaned}

    def values(self) -> dict:
        values = {name: self.cleaned_data[name] for name in CALL_FIELDS if name in self.cleaned_data}
        if self.instance.pk:
            values["variant_of"] = self.cleaned_data.get("national") or None
        return values


class RoundForm(RowForm):
    part = parts.ROUNDS

    opens_at = WallClockField(label="Ouvre le", required=False, help_text="À l’heure du fuseau choisi.")
    closes_at = WallClockField(label="Ferme le", required=False, help_text="L’instant de fermeture compte encore.")
    exhausted_from = WallClockField(label="Enveloppe épuisée depuis", required=False)

    class Meta:
        model = Round
        fields = list(parts.ROUNDS.fields)
        widgets = {name: forms.DateInput(attrs=DAY, format="%Y-%m-%d") for name in ("committee_on", "results_on")}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ROUND_CLOCKS:
            self.initial[name] = on_the_wall(getattr(self.instance, name), self.instance.zone)

    def clean(self) -> dict:
        cleaned = super().clean()
        zone = cleaned.get("zone") or PARIS
        return cleaned | {name: instant_of(cleaned.get(name), zone) for name in ROUND_CLOCKS if name in cleaned}

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors or not self.is_row:
            return
        try:
            terms.round_of(self.instance)
        except RuleError as error:
            self.refuse(error, {}, "closes_at")


class RoundInline(Rows):
    model = Round
    form = RoundForm
    formset = BaseInlineFormSet
    ordering = ["pk"]
    fields = [
        ("label", "zone"), ("opens_at", "closes_at"), "announced_for", ("committee_on", "results_on"),
        ("envelope", "remaining", "exhausted_from"),
    ]  # fmt: skip


class VariantForm(forms.Form):
    regions = forms.MultipleChoiceField(label="Régions", required=False, choices=[], widget=Boxes("Régions"))
    place = forms.CharField(
        label="Ou un autre lieu", required=False, max_length=40, help_text="Code : DEP-76, TI-2023-2707, ZON-…"
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        rows = Place.objects.in_force().of_kind(PlaceKind.REGION).order_by("name", "pk")
        self.fields["regions"].choices = list(rows.values_list("code", "name"))

    def clean(self) -> dict:
        cleaned = super().clean()
        cleaned["codes"] = [
            *cleaned.get("regions", ()),
            *([cleaned["place"].strip().upper()] if cleaned.get("place") else []),
        ]
        if not cleaned["codes"] and not self.errors:
            raise ValidationError("Choisissez au moins une région, ou un lieu.")
        return cleaned


@admin.register(Call)
class CallAdmin(RefusalMixin, PortalAdmin, SimpleHistoryAdmin):
    form = CallForm
    formfield_overrides = HTTPS
    change_form_template = "admin/funding/call/change_form.html"
    list_display = ["name", "scheme_name", "kind", "where", "status", "detail", "round_count"]
    list_filter = [CallStatusFilter, "kind", PageFilter, PerimeterRegionFilter]
    list_select_related = ["scheme", "variant_of"]
    search_fields = ["name", "slug", "scheme__name", "scheme__slug"]
    search_help_text = "Nom de l’appel ou du dispositif."
    ordering = ["scheme__name", "slug", "pk"]
    view_on_site = False
    inlines = [RoundInline]
    readonly_fields = ["scheme_link", "state_today", "followed_by", "url_dead_since"]

    def label_of(self, call: Call) -> str:
        return f"{call.name} ({call.scheme.name})"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("scheme", "variant_of").prefetch_related("rounds")

    @admin.display(description="dispositif", ordering="scheme__name")
    def scheme_name(self, call: Call) -> str:
        return call.scheme.name

    @admin.display(description="où")
    def where(self, call: Call) -> str:
        return perimeter_in_short(call)

    @admin.display(description="statut aujourd’hui")
    def status(self, call: Call) -> str:
        try:
            return statuses.label(statuses.status_of(call, timezone.now()))
        except RuleError:
            return "à corriger"

    @admin.display(description="en clair")
    def detail(self, call: Call) -> str:
        try:
            return statuses.sentence(statuses.status_of(call, timezone.now()))
        except RuleError:
            return ""

    @admin.display(description="relèves")
    def round_count(self, call: Call) -> int:
        return len(call.rounds.all())

    @admin.display(description="dispositif")
    def scheme_link(self, call: Call) -> str:
        url = reverse("admin:funding_scheme_change", args=[call.scheme_id])
        return format_html('<a href="{}">{}</a> ({})', url, call.scheme.name, call.scheme.get_state_display())

    @admin.display(description="aujourd’hui")
    def state_today(self, call: Call) -> str:
        return f"{self.status(call)}. {self.detail(call)}"

    @admin.display(description="suivi par")
    def followed_by(self, call: Call) -> str:
        return followers_in_words(Follow.objects.counted_of(call=call))

    def get_fieldsets(self, request: HttpRequest, obj: Call | None = None):
        first = ["scheme_link", "state_today", "followed_by"] if obj else ["scheme_given"]
        variant = ["national"] if obj else []
        page = [("url", "url_dead_since")] if obj else ["url"]
        return [
            ("L’appel", {"fields": [*first, "name", ("kind", "slug"), "text", *page]}),
            ("Où, dans le périmètre du dispositif", {"fields": [*variant, ("included_codes", "excluded_codes")]}),
            (
                "Statut",
                {"fields": ["is_permanent", ("suspended_from", "suspended_until"), "exhausted_from"]},
            ),
        ]  # fmt: skip

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        return {"scheme_given": request.GET.get("dispositif", "")[:200]}

    def render_change_form(self, request: HttpRequest, context: dict, add=False, change=False, form_url="", obj=None):
        context["refused"] = self.refused(request)
        context["known_schemes"] = known_schemes() if add else []
        context["can_vary"] = bool(obj and obj.variant_of_id is None and self.has_change_permission(request, obj))
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Call, form: CallForm, change: bool) -> None:
        """Nothing yet: the call and its rounds are written together."""

    def save_related(self, request: HttpRequest, form: CallForm, formsets, change: bool) -> None:
        scheme = form.instance.scheme
        rounds = [one.row() for set_ in formsets for one in rows_of(set_)]
        saved = save_call(
            scheme_id=scheme.pk,
            call_id=form.instance.pk,
            values={**form.values(), "rounds": rounds},
            actor=request.user,
            at=timezone.now(),
        )
        form.instance.pk, form.instance.slug = saved.pk, saved.slug
        ends = scheme.valid_until
        if ends and any(one.closes_at and timezone.localdate(one.closes_at) > ends for one in saved.rounds.all()):
            text = f"Le dispositif est tenu pour terminé le {french.day(ends)} : après, cet appel se montre clos."
            self.message_user(request, text, messages.WARNING)

    def construct_change_message(self, request: HttpRequest, form, formsets, add=False) -> str:
        return "Créé." if add else "Modifié."

    def get_deleted_objects(self, objs, request: HttpRequest):
        return [self.label_of(call) for call in objs], {}, set(), []

    def delete_model(self, request: HttpRequest, obj: Call) -> None:
        delete_call(call_id=obj.pk, actor=request.user, at=timezone.now())

    def delete_view(self, request: HttpRequest, object_id: str, extra_context=None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:funding_call_change", args=[object_id]))

    # Variants

    def get_urls(self):
        variant = self.admin_site.admin_view(self.variant_view)
        return [path("<int:call_id>/variante/", variant, name="funding_call_variant"), *super().get_urls()]

    def variant_view(self, request: HttpRequest, call_id: int) -> HttpResponse:
        """Make variants of a national call, one for each place chosen."""
        call = self.get_queryset(request).filter(pk=call_id).first()
        if call is None:
            raise Http404
        if not self.has_change_permission(request, call):
            raise PermissionDenied
        form = VariantForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            made, refusal = self._make_variants(request, call, form.cleaned_data["codes"])
            if refusal is None:
                return self._after_variants(request, call, made)
            form.add_error(None, refusal.messages)
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": "Dupliquer en variante régionale",
            "opts": self.opts,
            "call": call,
            "form": form,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/funding/call/variant.html", context)

    def _make_variants(self, request, call: Call, codes: list[str]) -> tuple[list[Call], ValidationError | None]:
        sent = {"call_id": call.pk, "actor": request.user, "at": timezone.now()}
        try:
            with transaction.atomic():
                return [duplicate_as_variant(region_code=code, **sent) for code in codes], None
        except ValidationError as error:
            return [], error

    def _after_variants(self, request: HttpRequest, call: Call, made: list[Call]) -> HttpResponse:
        for variant in made:
            self.log_addition(request, variant, f"Variante de « {call.name} ».")
        names = ", ".join(variant.name for variant in made)
        self.message_user(request, f"Créé : {names}. Vérifiez ses dates et ses mots.", messages.SUCCESS)
        if len(made) == 1:
            return HttpResponseRedirect(reverse("admin:funding_call_change", args=[made[0].pk]))
        return HttpResponseRedirect(reverse("admin:funding_scheme_change", args=[call.scheme_id]))
