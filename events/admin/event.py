"""Events: written on one page with their lists, published, cancelled with a reason, closed; and who came."""

from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from simple_history.admin import SimpleHistoryAdmin

from events import attendance, invitations
from events.admin import rows
from events.admin.event_form import EventForm, label_of
from events.admin.fields import filter_named
from events.enums import EventState, RegistrationState
from events.meetings import cancel_event, delete_draft, finish_event, publish_event, save_event
from events.models import Event, Registration
from events.permissions import may_organise
from funding.admin.fields import HTTPS
from funding.admin.refusals import RefusalMixin
from funding.admin.rows import RowForm, rows_of
from funding.eligibility import french
from ti_portal.core.admin_bases import ChoiceFilter, PortalAdmin
from ti_portal.core.text import fold, whole_number

PUBLISH, FINISH = "publish", "finish"
MOVES = {
    EventState.DRAFT: [(PUBLISH, "Enregistrer et publier")],
    EventState.PUBLISHED: [(FINISH, "Enregistrer et dire terminée")],
}
USE_CASES = {PUBLISH: publish_event, FINISH: finish_event}
MOVED = {
    PUBLISH: "La rencontre est publiée.",
    FINISH: "La rencontre est terminée : son compte rendu peut être publié.",
}
SHOWN_PEOPLE = 200


class WhenFilter(ChoiceFilter):
    title = "date"
    parameter_name = "quand"
    choices_in_words = (("avenir", "À venir"), ("passees", "Passées"))

    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        now = timezone.now()
        return queryset.filter(ends_at__gte=now) if value == "avenir" else queryset.filter(ends_at__lt=now)


class CancelForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80}),
        help_text="Les personnes inscrites le lisent, et la page le dit.",
        error_messages={"required": "Dites pourquoi : les personnes inscrites le liront."},
    )


class InviteForm(forms.Form):
    addresses = forms.CharField(
        label="Adresses",
        max_length=80_000,
        widget=forms.Textarea(attrs={"rows": 12, "cols": 60, "spellcheck": "false"}),
        help_text=f"Une par ligne, ou avec des virgules ; {invitations.MOST} au plus. « Nom <adresse> » convient.",
        error_messages={"required": "Donnez au moins une adresse."},
    )

    def clean_addresses(self) -> list[str]:
        found = invitations.addresses_in(self.cleaned_data["addresses"])
        if not found:
            raise ValidationError("Donnez au moins une adresse.")
        return found


@admin.register(Event)
class EventAdmin(RefusalMixin, PortalAdmin, SimpleHistoryAdmin):
    form = EventForm
    formfield_overrides = HTTPS
    change_form_template = "admin/events/event/change_form.html"
    list_display = ["title", "kind", "state", "starts", "visibility", "seats", "waiting", "came"]
    list_filter = [WhenFilter, "state", "kind", ("visibility", filter_named("public", admin.ChoicesFieldListFilter))]
    search_fields = ["title", "slug", "summary", "venue"]
    search_help_text = "Titre, adresse de la page, phrase ou lieu."
    ordering = ["-starts_at", "-pk"]
    actions = ["publish", "finish"]
    view_on_site = False
    readonly_fields = ["facts"]
    inlines = [rows.SequenceInline, rows.SpeakerInline, rows.DocumentInline, rows.PartnerInline, rows.PollInline]

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("series", "place")

    def get_changelist_instance(self, request: HttpRequest):
        shown = super().get_changelist_instance(request)
        shown.result_list = list(shown.result_list)
        counts = _counts([event.pk for event in shown.result_list])
        for event in shown.result_list:
            event.counts = counts.get(event.pk, {"seated": 0, "queued": 0, "came": 0})
        return shown

    @admin.display(description="commence le", ordering="starts_at")
    def starts(self, event: Event) -> str:
        return f"{event.local_start:%d/%m/%Y %H:%M}{french.in_zone(event.zone)}"

    @admin.display(description="places prises")
    def seats(self, event: Event) -> str:
        return f"{event.counts['seated']} / {event.capacity}" if event.capacity else str(event.counts["seated"])

    @admin.display(description="en attente")
    def waiting(self, event: Event) -> int:
        return event.counts["queued"]

    @admin.display(description="présences")
    def came(self, event: Event) -> int:
        return event.counts["came"]

    @admin.action(description="Publier", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._each(request, queryset, publish_event, "publiée")

    @admin.action(description="Dire terminées", permissions=["change"])
    def finish(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._each(request, queryset, finish_event, "terminée")

    def _each(self, request: HttpRequest, queryset: QuerySet, use_case, word: str) -> None:
        for event in queryset.order_by("pk"):
            try:
                use_case(event_id=event.pk, actor=request.user, at=timezone.now())
            except ValidationError as error:
                self.message_user(request, f"{event.title} : {' '.join(error.messages)}", messages.ERROR)
            else:
                self.log_change(request, event, f"{word.capitalize()}.")
                self.message_user(request, f"{event.title} : {word}.", messages.SUCCESS)

    # The page

    def get_fieldsets(self, request: HttpRequest, obj: Event | None = None):
        first = ["facts"] if obj else []
        recording = ["recording_url", "recording_file", "recording_code", ("recording_starts", "recording_ends")]
        return [
            (
                "La rencontre",
                {"fields": [*first, "title", ("kind", "slug"), "series", "summary", "description", "based_on"]},
            ),
            (
                "Quand et où",
                {"fields": [("starts_at", "ends_at", "zone"), ("place", "venue"), "is_online", "moderator"]},
            ),
            (
                "Qui vient",
                {
                    "fields": [
                        "visibility",
                        ("takes_registrations", "capacity", "registration_closes_at"),
                        ("access_url", "doors_open_minutes"),
                        "attendance",
                    ]
                },
            ),
            ("Enregistrement", {"fields": [*recording, "transcript"], "classes": ["collapse"]}),
            ("Source", {"fields": ["source"], "classes": ["collapse"]}),
        ]

    @admin.display(description="où elle en est")
    def facts(self, event: Event) -> str:
        counts = _counts([event.pk]).get(event.pk, {"seated": 0, "queued": 0, "came": 0})
        told = (counts["seated"], "inscription"), (counts["came"], "présence")
        people = ", ".join(f"{count} {word}{'s' * (count > 1)}" for count, word in told)
        people += f", {counts['queued']} en attente"
        return format_html(
            '{}, version {}. {}. <a href="{}">Voir sa page</a>',
            event.get_state_display(), event.version, people, event.get_absolute_url(),
        )  # fmt: skip

    def render_change_form(self, request: HttpRequest, context: dict, add=False, change=False, form_url="", obj=None):
        context["refused"] = self.refused(request)
        may_write = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        context["can_write"] = may_write
        if may_write:
            context["moves"] = MOVES.get(obj.state if obj else EventState.DRAFT, [])
        context["can_cancel"] = bool(obj and may_write and obj.state == EventState.PUBLISHED)
        context["can_invite"] = context["can_cancel"] and obj.ends_at > timezone.now()
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_inlines(self, request: HttpRequest, obj: Event | None):
        return [one for one in super().get_inlines(request, obj) if obj or one is not rows.PollInline]

    # Saving: everything through the use cases

    def save_model(self, request: HttpRequest, obj: Event, form: EventForm, change: bool) -> None:
        """Nothing yet: the event and its lists are written together."""

    def save_related(self, request: HttpRequest, form: EventForm, formsets, change: bool) -> None:
        lists = {
            set_.form.part.name: [one.row() for one in rows_of(set_)]
            for set_ in formsets
            if issubclass(set_.form, RowForm)
        }
        kept = {row["id"] for row in lists.get("sequences", ())}
        for row in lists.get("speakers", ()):
            row["sequence_id"] = row["sequence_id"] if row["sequence_id"] in kept else None
        outcome = save_event(
            actor=request.user,
            at=timezone.now(),
            event_id=form.instance.pk,
            values=form.values(),
            rows=lists,
            based_on_version=form.cleaned_data.get("based_on") if change else None,
        )
        saved = outcome.event
        form.instance.pk, form.instance.slug, form.instance.title = saved.pk, saved.slug, saved.title
        request.changed_words = ", ".join(label_of(name) for name in outcome.changed)
        if outcome.told is not None:
            self.message_user(request, "Les personnes inscrites sont prévenues de ce qui change.", messages.INFO)
        self._warn_of_places(request, saved)
        if (move := request.POST.get("_move", "")) in USE_CASES:
            self._move(request, saved, move)

    def _warn_of_places(self, request: HttpRequest, event: Event) -> None:
        seated = 0 if event.capacity is None else event.registrations.registered().count()
        if event.capacity is not None and seated > event.capacity:
            text = f"{seated} personnes ont déjà une place, pour {event.capacity} : elles la gardent."
            self.message_user(request, text, messages.WARNING)

    def _move(self, request: HttpRequest, event: Event, move: str) -> None:
        """Saved first: what is missing to be published keeps nobody from keeping what was written."""
        try:
            with transaction.atomic():
                USE_CASES[move](event_id=event.pk, actor=request.user, at=timezone.now())
        except ValidationError as error:
            self.message_user(request, f"Enregistré, mais : {' '.join(error.messages)}", messages.ERROR)
        else:
            self.message_user(request, MOVED[move], messages.SUCCESS)

    def construct_change_message(self, request: HttpRequest, form, formsets, add=False) -> str:
        words = getattr(request, "changed_words", "")
        return f"{'Créée' if add else 'Modifiée'} : {words}." if words else "Rien n’a changé."

    def response_add(self, request: HttpRequest, obj: Event, post_url_continue=None) -> HttpResponse:
        return self._page_of(obj) if "_move" in request.POST else super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Event) -> HttpResponse:
        return self._page_of(obj) if "_move" in request.POST else super().response_change(request, obj)

    def _page_of(self, event: Event) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:events_event_change", args=[event.pk]))

    # Deleting a draft

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.state == EventState.DRAFT)

    def get_deleted_objects(self, objs, request: HttpRequest):
        return [self.label_of(event) for event in objs], {}, set(), []

    def delete_model(self, request: HttpRequest, obj: Event) -> None:
        delete_draft(event_id=obj.pk)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context=None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:events_event_change", args=[object_id]))

    # Pages of their own: cancelling, inviting, who came

    def get_urls(self):
        protect = self.admin_site.admin_view
        return [
            path("<int:event_id>/annuler/", protect(self.cancel_view), name="events_event_cancel"),
            path("<int:event_id>/inviter/", protect(self.invite_view), name="events_event_invite"),
            path("<int:event_id>/emargement/", protect(self.attendance_view), name="events_event_attendance"),
            *super().get_urls(),
        ]

    def cancel_view(self, request: HttpRequest, event_id: int) -> HttpResponse:
        event = self._event(request, event_id)
        if event.state == EventState.CANCELLED:
            self.message_user(request, "Cette rencontre est déjà annulée.", messages.INFO)
            return self._page_of(event)
        form = CancelForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                cancel_event(
                    event_id=event.pk, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now()
                )
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                self.log_change(request, event, "Annulée.")
                self.message_user(request, "La rencontre est annulée ; les personnes inscrites sont prévenues.")
                return self._page_of(event)
        counts = _counts([event.pk]).get(event.pk, {"seated": 0, "queued": 0})
        more = {"form": form, "told": counts["seated"] + counts["queued"]}
        return self._own_page(request, event, "Annuler la rencontre", "cancel", more)

    def invite_view(self, request: HttpRequest, event_id: int) -> HttpResponse:
        event = self._event(request, event_id)
        form = InviteForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            addresses, at = form.cleaned_data["addresses"], timezone.now()
            try:
                made = invitations.invite(event_id=event.pk, addresses=addresses, actor=request.user, at=at)
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                self.log_change(request, event, f"{len(made.invited)} invitations.")
                known = f" Invitées déjà : {len(made.known)}." if made.known else ""
                self.message_user(request, f"Adresses invitées : {len(made.invited)}.{known}", messages.SUCCESS)
                url = reverse("admin:events_eventinvitation_changelist")
                return HttpResponseRedirect(f"{url}?rencontre={event.pk}")
        return self._own_page(request, event, "Inviter", "invite", {"form": form})

    def attendance_view(self, request: HttpRequest, event_id: int) -> HttpResponse:
        """Everybody who has a place, by name, each with one button; a search narrows the list."""
        event = self._event(request, event_id)
        asked = (request.POST if request.method == "POST" else request.GET).get("q", "")[:100]
        if request.method == "POST":
            number = request.POST.get("inscription", "")
            if not event.registrations.filter(pk=whole_number(number)).exists():
                raise Http404
            attendance.note(registration_ids=[int(number)], came=request.POST.get("venue") == "oui", at=timezone.now())
            query = f"?{urlencode({'q': asked})}" if asked else ""
            return HttpResponseRedirect(f"{request.path}{query}#inscription-{number}")
        people = _people(event, asked)
        counts = _counts([event.pk]).get(event.pk, {"seated": 0, "came": 0})
        more = {"people": people[:SHOWN_PEOPLE], "q": asked, "hidden": max(0, len(people) - SHOWN_PEOPLE), **counts}
        return self._own_page(request, event, "Émargement", "attendance", more)

    def _event(self, request: HttpRequest, event_id: int) -> Event:
        if not (may_organise(request.user) and self.has_change_permission(request)):
            raise PermissionDenied
        event = self.get_queryset(request).filter(pk=event_id).first()
        if event is None:
            raise Http404
        return event

    def _own_page(self, request: HttpRequest, event: Event, title: str, name: str, more: dict) -> HttpResponse:
        request.current_app = self.admin_site.name
        context = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, "event": event, **more}
        return TemplateResponse(request, f"admin/events/event/{name}.html", context)


def _counts(event_ids: list[int]) -> dict[int, dict[str, int]]:
    """How many have a place, wait, came: one query for many events."""
    found = Registration.objects.filter(event__in=event_ids).values("event_id").order_by("event_id")
    found = found.annotate(
        seated=Count("pk", filter=Q(state=RegistrationState.REGISTERED)),
        queued=Count("pk", filter=Q(state=RegistrationState.WAITING)),
        came=Count("pk", filter=Q(attended_at__isnull=False)),
    )
    return {row["event_id"]: row for row in found}


def _people(event: Event, asked: str) -> list[Registration]:
    """Those who have a place and whose name or organisation holds every word asked, accents and case aside."""
    people = list(event.registrations.registered().filter(purged_at=None))
    for one in people:
        one.folded = fold(f"{one.last_name} {one.first_name} {one.organisation}")
    words = fold(asked).split()
    found = [one for one in people if all(word in one.folded for word in words)]
    return sorted(found, key=lambda one: (one.folded, one.pk))
