"""Files of events, for those who may read them."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.generic import View

from events.entrance import is_expected
from events.files import stored_file
from events.models import Document, Event
from events.permissions import may_organise, may_see
from events.replays import may_watch
from events.views.meetings import EventOf404


@method_decorator(login_not_required, name="dispatch")
class StoredFileView(View):
    """A document, for those who may open its event; a recording, for the organisers alone: others see it on its page,
    behind its code.
    """

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        if name.startswith("recordings/") and may_organise(request.user):
            event = get_object_or_404(Event, recording_file=name)
            return self._sent(request, event.recording_file)
        document = Document.objects.filter(file=name).exclude(file="").select_related("event").order_by("pk").first()
        if document is None:
            raise Http404
        today = timezone.localdate()
        if not may_see(request.user, document.event, today) and not is_expected(request, document.event):
            raise Http404
        return self._sent(request, document.file)

    def _sent(self, request: HttpRequest, file) -> HttpResponse:
        try:
            return stored_file(request, file)
        except FileNotFoundError as error:
            raise Http404 from error


@method_decorator(login_not_required, name="dispatch")
class RecordingFileView(EventOf404, View):
    """The recording kept here, for those to whom its page is open."""

    def get(self, request: HttpRequest, **kwargs) -> HttpResponse:
        if not self.event.recording_file or not may_watch(request, self.event):
            raise Http404
        try:
            return stored_file(request, self.event.recording_file, is_inline=True)
        except FileNotFoundError as error:
            raise Http404 from error
