"""The national map as a picture, for the home page and for whoever wants to show it elsewhere."""

from django.contrib.auth.decorators import login_not_required
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView

from territories.enums import PlaceKind
from territories.models import Place, Territory
from territories.presenters.maps import national_map, outlines_version


@method_decorator(login_not_required, name="dispatch")
class MapPictureView(TemplateView):
    """An SVG of the territories in force, without links or names: shown by <img>, kept by browsers for an hour."""

    template_name = "territories/map_picture.svg"
    content_type = "image/svg+xml"

    def get_context_data(self, **kwargs):
        territories = Territory.objects.current().order_by("pk").values_list("place_id", flat=True)
        regions = Place.objects.in_force().of_kind(PlaceKind.REGION).order_by("pk").values_list("pk", flat=True)
        drawn = national_map(outlines_version(), list(territories), list(regions))
        return super().get_context_data(**kwargs, map=drawn)

    def render_to_response(self, context, **response_kwargs):
        response = super().render_to_response(context, **response_kwargs)
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response
