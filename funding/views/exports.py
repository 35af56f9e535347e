"""The open-data files of schemes: streamed, and answered by 304 when nothing changed."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.decorators import method_decorator
from django.utils.http import quote_etag
from django.views.generic import View

from funding import dates, rulebooks
from funding.models import Scheme
from funding.national_schema.cells import PARIS
from funding.open_data import FILES, FORMAT


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
        response = get_conditional_response(request, etag=etag) or self._streamed(request)
        response["ETag"] = etag
        patch_cache_control(response, public=True, max_age=0, must_revalidate=True)
        return response

    def _streamed(self, request: HttpRequest) -> StreamingHttpResponse:
        site = request.build_absolute_uri("/").rstrip("/")
        content = () if request.method == "HEAD" else self.file.make(Scheme.objects.published(), at=self.at, site=site)
        response = StreamingHttpResponse(content, content_type=self.file.content_type)
        name = f"{self.file.name}-{self.at.astimezone(PARIS):%Y-%m-%d}.{self.file.path.rpartition('.')[2]}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
