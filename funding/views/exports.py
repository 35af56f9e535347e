"""The open-data files of schemes: streamed, and answered by 304 when nothing changed."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.decorators import method_decorator
from django.utils.http import quote_etag
from django.views.generic import View

from funding import dates, rulebooks
from funding.models import Scheme
from funding.national_schema.cells import PARIS
from funding.open_data import FILES, FORMAT
from funding.throttle import may

# Making a file of 30,000 schemes takes a processor for half a minute; whoever sends the ETag back pays nothing.
FILES_AN_HOUR = 60
HOUR = 3_600


@method_decorator(login_not_required, name="dispatch")
class ExportView(View):
    """One of `FILES`. What it says depends on the data, on the day that `?au=` asks for, or on the hour."""

    def setup(self, request: HttpRequest, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        self.file = FILES[kwargs["file"]]
        # States change at instants: within an hour the file is the same, so that it can be kept.
        self.at = dates.as_of(request).replace(minute=0, second=0, microsecond=0)

    def get(self, request: HttpRequest, file: str) -> HttpResponseBase:
        stamp = f"{self.at.astimezone(PARIS):%Y%m%d%H}"
        etag = quote_etag(f"{file}-{FORMAT}-{rulebooks.version()}-{stamp}")
        response = get_conditional_response(request, etag=etag)
        if response is None and not may(request, "exports", times=FILES_AN_HOUR, seconds=HOUR):
            return self._too_many(request)
        response = response or self._streamed(request)
        response["ETag"] = etag
        patch_cache_control(response, public=True, max_age=0, must_revalidate=True)
        return response

    def _too_many(self, request: HttpRequest) -> HttpResponseBase:
        response = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
        response["Retry-After"] = str(HOUR)
        return response

    def _streamed(self, request: HttpRequest) -> StreamingHttpResponse:
        site = request.build_absolute_uri("/").rstrip("/")
        content = () if request.method == "HEAD" else self.file.make(Scheme.objects.published(), at=self.at, site=site)
        response = StreamingHttpResponse(content, content_type=self.file.content_type)
        name = f"{self.file.name}-{self.at.astimezone(PARIS):%Y-%m-%d}.{self.file.path.rpartition('.')[2]}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
