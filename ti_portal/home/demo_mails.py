"""In the demonstration, the mails that never leave the machine, so that a visitor can follow their links."""

import re

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import DetailView, ListView

from ti_portal.core.models import OutboxMessage

_ON_THIS_MACHINE = re.compile(r"https?://(?:127\.0\.0\.1|localhost)(?::\d+)?/")


class DemonstrationOnly:
    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if not settings.IS_DEMONSTRATION:
            raise Http404


@method_decorator([login_not_required, never_cache], name="dispatch")
class DemoMailListView(DemonstrationOnly, ListView):
    template_name = "home/demo_mails.html"
    paginate_by = 25

    def get_queryset(self):
        return OutboxMessage.objects.exclude(recipient="").order_by("-created_at", "-pk")


@method_decorator([login_not_required, never_cache], name="dispatch")
class DemoMailView(DemonstrationOnly, DetailView):
    template_name = "home/demo_mail.html"
    model = OutboxMessage
    context_object_name = "mail"

    def get_context_data(self, **kwargs):
        # A mail written before the portal had an address leads to this one.
        here = self.request.build_absolute_uri("/")
        return super().get_context_data(**kwargs, text=_ON_THIS_MACHINE.sub(here, self.object.text_body))
