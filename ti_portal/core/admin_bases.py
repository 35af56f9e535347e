"""What every page of the administration shares."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.text import capfirst


def log_rows(user, rows: Sequence[tuple[Model, str]], flag: int, message: str) -> None:
    """Write in the journal that `user` did the same thing to several rows, each given with its label."""
    kinds = ContentType.objects.get_for_models(*{type(row) for row, _ in rows}, for_concrete_models=False)
    LogEntry.objects.bulk_create(
        LogEntry(
            user_id=user.pk,
            content_type=kinds[type(row)],
            object_id=str(row.pk),
            object_repr=label[:200],
            action_flag=flag,
            change_message=message,
        )
        for row, label in rows
    )


class PortalAdmin(admin.ModelAdmin):
    """Fifty rows a page, no bulk deletion, and a use case that refuses ends as a sentence, not as a server error."""

    list_per_page = 50
    list_max_show_all = 200
    # The count of the unfiltered table would be one more query for a number nobody needs.
    show_full_result_count = False
    empty_value_display = "–"
    actions_on_top = True
    save_on_top = False

    def label_of(self, obj: Model) -> str:
        """How a row is named in titles, in the journal and in suggestions. Its relations may be read."""
        return str(obj)

    def title_of(self, obj: Model) -> str:
        """How a row is named at the head of its own page."""
        return self.label_of(obj)

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def render_change_form(self, request: HttpRequest, context: dict, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            # Django's own title, « Affichage de édition », knows no elision.
            context["title"] = capfirst(self.opts.verbose_name)
            context["subtitle"] = context["label"] = self.title_of(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def history_view(self, request: HttpRequest, object_id: str, extra_context=None) -> HttpResponse:
        obj = self.get_object(request, object_id)
        words = {} if obj is None else {"title": f"Historique : {self.label_of(obj)}", "label": self.label_of(obj)}
        return super().history_view(request, object_id, {**words, **(extra_context or {})})

    def log_addition(self, request: HttpRequest, obj: Model, message: Any):
        return self._named(super().log_addition(request, obj, message), obj)

    def log_change(self, request: HttpRequest, obj: Model, message: Any):
        return self._named(super().log_change(request, obj, message), obj)

    def _named(self, entry: LogEntry, obj: Model) -> LogEntry:
        entry.object_repr = self.label_of(obj)[:200]
        entry.save(update_fields=["object_repr"])
        return entry

    def response_add(self, request: HttpRequest, obj: Model, post_url_continue=None) -> HttpResponse:
        request.saved_row = obj
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        request.saved_row = obj
        return super().response_change(request, obj)

    def message_user(self, request: HttpRequest, message: Any, *args: Any, **kwargs: Any) -> None:
        """Say what was saved by the name people know it by, where Django writes `str(obj)`."""
        if (obj := getattr(request, "saved_row", None)) is not None and isinstance(message, SafeString):
            message = SafeString(message.replace(conditional_escape(str(obj)), conditional_escape(self.label_of(obj))))
        super().message_user(request, message, *args, **kwargs)

    def get_actions(self, request: HttpRequest) -> dict:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def changeform_view(self, request: HttpRequest, object_id=None, form_url="", extra_context=None) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as error:
            # The form was valid and the use case refused: somebody else changed the same thing in between.
            for sentence in error.messages:
                self.message_user(request, sentence, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


class ReadOnlyMixin:
    """Everything can be read, nothing written."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnlyMixin, PortalAdmin):
    """A table to consult: every field is shown, none can be written, whatever the person's permissions."""


class ReadOnlyInline(ReadOnlyMixin, admin.TabularInline):
    template = "admin/inline_rows.html"
    extra = 0
    can_delete = False


class SuggestingInput(forms.TextInput):
    """A text field with the browser's own suggestions: no script, usable from the keyboard, read by screen readers."""

    template_name = "admin/widgets_datalist.html"

    def __init__(self, options: Callable[[], Iterable[tuple[str, str]]], attrs: dict | None = None) -> None:
        super().__init__({"autocomplete": "off", **(attrs or {})})
        self.options = options

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["list"] = f"{name}-suggestions"
        context["widget"]["options"] = list(self.options())
        return context


class _Grouped:
    """Options side by side, in a group that has a name; the templates of django-dsfr put nothing around them."""

    template_name = "admin/widgets_boxes.html"

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.label = label

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict:
        context = super().get_context(name, value, attrs)
        context["widget"]["group_label"] = self.label
        return context


class Boxes(_Grouped, forms.CheckboxSelectMultiple):
    """Several choices among a few."""


class Dots(_Grouped, forms.RadioSelect):
    """One choice among a few."""


class ChoiceFilter(admin.SimpleListFilter):
    """A filter in French whose choices are written in the class: `choices_in_words`, and one method that filters."""

    choices_in_words: Sequence[tuple[str, str]] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        return self.choices_in_words

    def queryset(self, request: HttpRequest, queryset):
        value = self.value()
        if value not in dict(self.lookup_choices):
            return queryset
        return self.filtered(queryset, value)

    def filtered(self, queryset, value: str):
        raise NotImplementedError
