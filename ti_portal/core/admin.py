"""Outbox and journal in the administration: to read, and to send again."""

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.admin.options import csrf_protect_m
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator, capfirst

from ti_portal.core import admin_jobs  # noqa: F401 - registers its page
from ti_portal.core.admin_bases import ChoiceFilter, ReadOnlyAdmin, log_rows
from ti_portal.core.enums import MessageState
from ti_portal.core.mail import is_personal, retry_failed
from ti_portal.core.models import OutboxMessage

# The preview is somebody else's HTML: no script, no request, no form, not even our own origin.
PREVIEW_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'; sandbox"
ERROR_WORDS = {
    "SMTPRecipientsRefused": "adresse refusée par le serveur du destinataire",
    "SMTPDataError": "contenu refusé par le serveur d’envoi",
    "SMTPSenderRefused": "notre adresse d’expédition est refusée",
    "SMTPAuthenticationError": "notre identification au serveur d’envoi est refusée",
    "SMTPServerDisconnected": "le serveur d’envoi a raccroché",
    "SMTPConnectError": "le serveur d’envoi refuse la connexion",
    "ConnectionRefusedError": "le serveur d’envoi ne répond pas",
    "TimeoutError": "le serveur d’envoi ne répond pas à temps",
    "gaierror": "le nom du serveur d’envoi est inconnu",
    "ValueError": "le message ne peut pas être écrit",
}


def error_in_words(last_error: str) -> str:
    """« SMTPRecipientsRefused 550 » in French, with the code kept for whoever mends it."""
    name, _, code = last_error.partition(" ")
    if name not in ERROR_WORDS:
        return last_error
    return f"{ERROR_WORDS[name]} ({code or name})"


class StateFilter(ChoiceFilter):
    title = "état"
    parameter_name = "etat"
    choices_in_words = [*MessageState.choices, ("late", "En retard (un essai au moins)")]

    def filtered(self, queryset, value: str):
        if value == "late":
            return queryset.filter(state=MessageState.QUEUED, attempts__gt=0)
        return queryset.filter(state=value)


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    list_display = ["subject_or_purged", "recipient", "state", "created_at", "sent_at", "attempts", "error"]
    list_filter = [StateFilter, "created_at"]
    search_fields = ["recipient", "subject", "key"]
    search_help_text = "Destinataire, objet ou clé d’envoi."
    ordering = ["-created_at", "-pk"]
    actions = ["retry"]
    fieldsets = [
        (None, {"fields": ["subject", "recipient", "sender", "reply_to", "state", "error"]}),
        ("Dates", {"fields": ["created_at", "next_attempt_at", "sent_at", "attempts"]}),
        ("Contenu", {"fields": ["text", "preview", "source"]}),
        ("Technique", {"fields": ["key", "headers"]}),
    ]
    readonly_fields = ["error", "text", "preview", "source"]

    def label_of(self, message: OutboxMessage) -> str:
        # The key and not the subject: the journal is kept longer than the content of messages.
        return f"courriel {message.key}"

    def title_of(self, message: OutboxMessage) -> str:
        return self.subject_or_purged(message)

    @admin.display(description="objet", ordering="subject")
    def subject_or_purged(self, message: OutboxMessage) -> str:
        return message.subject or "(contenu effacé)"

    @admin.display(description="erreur", ordering="last_error")
    def error(self, message: OutboxMessage) -> str:
        return error_in_words(message.last_error)

    @admin.display(description="texte")
    def text(self, message: OutboxMessage) -> str:
        return format_html('<pre class="message-body">{}</pre>', message.text_body)

    @admin.display(description="mise en forme")
    def preview(self, message: OutboxMessage) -> str:
        if not message.html_body:
            return ""
        url = reverse("admin:core_outboxmessage_preview", args=[message.pk])
        return format_html('<a href="{}" target="_blank" rel="noopener">Aperçu (nouvel onglet)</a>', url)

    @admin.display(description="source de la mise en forme")
    def source(self, message: OutboxMessage) -> str:
        if not message.html_body:
            return ""
        return format_html('<pre class="message-body">{}</pre>', message.html_body)

    def get_fieldsets(self, request: HttpRequest, obj: OutboxMessage | None = None):
        if obj is None or self.shows_content(request, obj):
            return self.fieldsets
        note = "Ce courriel contient un lien personnel : seul l’administrateur du portail en voit le texte."
        return [(title, options) for title, options in self.fieldsets if title != "Contenu"] + [
            ("Contenu", {"fields": [], "description": note})
        ]

    def shows_content(self, request: HttpRequest, message: OutboxMessage) -> bool:
        """A link that resets a password would open somebody else's account to whoever reads the outbox.

        Where nothing leaves the machine (demonstration), the administration is the only place to read it.
        """
        return settings.OUTBOX_TRANSPORT == "kept" or request.user.is_superuser or not is_personal(message)

    def get_urls(self):
        preview = self.admin_site.admin_view(self.preview_view)
        return [path("<int:pk>/apercu/", preview, name="core_outboxmessage_preview"), *super().get_urls()]

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        message = self.get_object(request, str(pk))
        if not self.has_view_permission(request, message):
            raise PermissionDenied
        if message is None or not message.html_body or not self.shows_content(request, message):
            raise Http404
        response = HttpResponse(message.html_body)
        # The middleware leaves a policy that is already there.
        response["Content-Security-Policy"] = PREVIEW_POLICY
        return response

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("core.change_outboxmessage")

    @admin.action(description="Réessayer d’envoyer les courriels abandonnés", permissions=["retry"])
    def retry(self, request: HttpRequest, queryset) -> None:
        failed = list(queryset.filter(state=MessageState.FAILED).order_by("pk"))
        count = retry_failed(message_ids=[message.pk for message in failed], at=timezone.now())
        if count:
            rows = [(message, self.label_of(message)) for message in failed]
            log_rows(request.user, rows, CHANGE, "Envoi demandé de nouveau.")
        level = messages.SUCCESS if count else messages.WARNING
        self.message_user(request, f"{count} courriel(s) remis en attente d’envoi.", level)

    @csrf_protect_m
    def changelist_view(self, request: HttpRequest, extra_context=None):
        kept = settings.OUTBOX_TRANSPORT == "kept"
        note = "Sur cette machine, aucun courriel ne part : ils sont gardés ici pour être lus." if kept else ""
        return super().changelist_view(request, {**(extra_context or {}), "note": note})


class ActionFilter(ChoiceFilter):
    title = "action"
    parameter_name = "action"
    choices_in_words = [(str(ADDITION), "Ajouts"), (str(CHANGE), "Modifications"), (str(DELETION), "Suppressions")]

    def filtered(self, queryset, value: str):
        return queryset.filter(action_flag=int(value))


class TableFilter(admin.RelatedOnlyFieldListFilter):
    """By table; the field's own name, « type de contenu », says nothing to readers."""

    def __init__(self, field, *args, **kwargs) -> None:
        super().__init__(field, *args, **kwargs)
        self.title = "table"


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """Who did what in the administration, imports included."""

    list_display = ["action_time", "user", "action", "table", "thing", "message"]
    list_display_links = None
    list_filter = [ActionFilter, ("content_type", TableFilter)]
    date_hierarchy = "action_time"
    search_fields = ["user__email", "user__last_name", "user__first_name", "object_repr", "change_message"]
    search_help_text = "Personne, objet ou détail du changement."
    list_select_related = ["user", "content_type"]
    ordering = ["-action_time", "-pk"]

    def changelist_view(self, request: HttpRequest, extra_context=None):
        return super().changelist_view(request, {"title": "Qui a fait quoi", **(extra_context or {})})

    @admin.display(description="action", ordering="action_flag")
    def action(self, entry: LogEntry) -> str:
        return {ADDITION: "Ajout", CHANGE: "Modification", DELETION: "Suppression"}.get(entry.action_flag, "Autre")

    @admin.display(description="table", ordering="content_type")
    def table(self, entry: LogEntry) -> str:
        return capfirst(entry.content_type.name) if entry.content_type_id else ""

    @admin.display(description="objet", ordering="object_repr")
    def thing(self, entry: LogEntry) -> str:
        label = Truncator(entry.object_repr).chars(80)
        if entry.is_deletion() or not (url := entry.get_admin_url()):
            return label
        return format_html('<a href="{}">{}</a>', url, label)

    @admin.display(description="détail")
    def message(self, entry: LogEntry) -> str:
        return Truncator(entry.get_change_message()).chars(200)
