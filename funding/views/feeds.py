"""Calendars and news as files: conditional, and open to all but the personal ones."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.decorators import method_decorator
from django.utils.http import http_date
from django.views.generic import View

from funding.calendars import atom, feeds, ical, personal, scopes
from funding.calendars.feeds import Document
from funding.models import Subscriber

KEPT_SECONDS = 900


def for_anyone(dispatch: Callable) -> Callable:
    """A door where nobody signs in, nor is sent away to set up a second factor: programmes knock at it."""
    dispatch.knows_nobody = True  # type: ignore[attr-defined]
    return login_not_required(dispatch)


def site_of(request: HttpRequest) -> str:
    """What begins the addresses of pages: that of the portal where it is set, else that of the request."""
    return settings.SITE_URL or request.build_absolute_uri("/")


def answer(request: HttpRequest, document: Document, content_type: str, file_name: str, **cache) -> HttpResponse:
    """The document, or « not modified » for whoever has it already."""
    response = HttpResponse(document.content, content_type=content_type)
    response["Content-Disposition"] = f'inline; filename="{file_name}"'
    response["ETag"] = document.etag
    seconds = None
    if document.changed_at is not None:
        seconds = int(document.changed_at.timestamp())
        response["Last-Modified"] = http_date(seconds)
    patch_cache_control(response, **cache)
    # The guards before this view looked at who comes; the answer does not depend on it, so caches may share it.
    if not request.session.modified:
        request.session.accessed = False
    return get_conditional_response(request, etag=document.etag, last_modified=seconds, response=response)


class _Scoped(View):
    """All, or the scheme or the place of the address; 404 when it does not exist."""

    def setup(self, request: HttpRequest, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        if "slug" in kwargs:
            self.scope = scopes.of_scheme(kwargs["slug"])
        elif "place" in kwargs:
            self.scope = scopes.of_place(kwargs["place"])
        else:
            self.scope = scopes.everything()
        if self.scope is None:
            raise Http404

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        document = self.document(site_of(request), timezone.now())
        name = f"{self.scope.file_name}.{self.extension}"
        return answer(request, document, self.content_type, name, public=True, max_age=KEPT_SECONDS)


@method_decorator(for_anyone, name="dispatch")
class CalendarFeed(_Scoped):
    content_type, extension = ical.CONTENT_TYPE, "ics"

    def document(self, site: str, now: datetime) -> Document:
        return feeds.calendar(self.scope, site=site, now=now)


@method_decorator(for_anyone, name="dispatch")
class NewsFeed(_Scoped):
    content_type, extension = atom.CONTENT_TYPE, "atom"

    def document(self, site: str, now: datetime) -> Document:
        return feeds.news_feed(self.scope, site=site, now=now)


@method_decorator(for_anyone, name="dispatch")
class RoundFile(View):
    """« Ajouter à mon agenda »: the opening and the closing of one round, as a file."""

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        content = feeds.round_file(kwargs["round"], site=site_of(request))
        if content is None:
            raise Http404
        response = answer(
            request, Document.of(content), ical.CONTENT_TYPE, "releve.ics", public=True, max_age=KEPT_SECONDS
        )
        response["X-Robots-Tag"] = "noindex"
        return response


@method_decorator(for_anyone, name="dispatch")
class PersonalFeed(View):
    """A person's own calendar, for whoever has its secret address. A revoked one is not found."""

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        subscriber = get_object_or_404(Subscriber.objects.only("pk"), feed_token=kwargs["token"])
        site = site_of(request)
        source = site.rstrip("/") + reverse("funding:personal_feed", args=[kwargs["token"]])
        document = personal.document(subscriber, site=site, source=source, today=timezone.localdate())
        response = answer(request, document, ical.CONTENT_TYPE, "mes-aides.ics", private=True, no_cache=True)
        response["X-Robots-Tag"] = "noindex"
        return response
