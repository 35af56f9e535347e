"""A territory's page, made of sections."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView

from territories.presenters.pages import Link, link
from territories.presenters.territory_page import page_of, territory_for_page
from territories.sections import load_sections


@method_decorator(login_not_required, name="dispatch")
class TerritoryView(TemplateView):
    template_name = "territories/territory.html"

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        self.territory = territory_for_page(kwargs["code"].upper(), timezone.now())

    def get(self, request, *args, **kwargs):
        canonical = self.territory.get_absolute_url()
        if request.path != canonical:
            return redirect(canonical, permanent=True)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        today = timezone.localdate()
        territory = self.territory
        sections = load_sections(territory, self.request.user, today)
        return super().get_context_data(
            territory=territory,
            place=territory.place,
            page=page_of(territory),
            sections=sections,
            # The section of the people knows already whether the reader is one of them.
            may_edit=any((loaded.content or {}).get("may_edit") for loaded in sections),
            breadcrumb=[
                Link("Territoires d’industrie", reverse("territories:list")),
                link(territory.main_region),
            ],
            today=today,
            **kwargs,
        )
