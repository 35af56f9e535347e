"""Home. Only the roof may look into every app."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import Sum
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView

from territories.enums import PlaceKind, Wave
from territories.models import ListEdition, Membership, Place, Territory


@method_decorator(login_not_required, name="dispatch")
class HomeView(TemplateView):
    """What this is, in five seconds, and three ways in."""

    template_name = "home/home.html"

    def get_context_data(self, **kwargs):
        wave = Place.objects.filter(code=f"ZON-TI-{Wave.CURRENT}").values_list("population", flat=True).first()
        return super().get_context_data(
            **kwargs,
            territory_count=Territory.objects.current().count(),
            population=wave,
            edition=ListEdition.objects.filter(wave=Wave.CURRENT).order_by("-as_of", "-pk").first(),
            regions=Place.objects.in_force()
            .of_kind(PlaceKind.REGION)
            .filter(nature__in=("metro", "drom"))
            .only("code", "kind", "name", "slug")
            .order_by("name", "pk"),
        )
