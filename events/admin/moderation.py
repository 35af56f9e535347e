"""« Accepter » and « Écarter » beside a list of what people sent."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from events.permissions import may_organise


class ModeratedMixin:
    """`moderates` is the use case; `moderated_noun` and `moderated_words` say what became of how many."""

    moderates: Callable
    moderated_noun: str
    moderated_words: tuple[str, str]  # accepted, put aside

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return may_organise(request.user)

    @admin.action(description="Accepter", permissions=["moderate"])
    def accept(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._moderate(request, queryset, accept=True)

    @admin.action(description="Écarter", permissions=["moderate"])
    def refuse(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._moderate(request, queryset, accept=False)

    def _moderate(self, request: HttpRequest, queryset: QuerySet, *, accept: bool) -> None:
        ids = list(queryset.order_by("pk").values_list("pk", flat=True))
        changed = type(self).moderates(ids=ids, accept=accept, actor=request.user, at=timezone.now())
        s = "s" * (len(changed) > 1)
        word = self.moderated_words[0 if accept else 1]
        self.message_user(request, f"{len(changed)} {self.moderated_noun}{s} {word}{s}.", messages.SUCCESS)
