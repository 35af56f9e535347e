"""Home and one's own space. Only the roof may look into every app."""

from django.contrib.auth.decorators import login_not_required
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView


@method_decorator(login_not_required, name="dispatch")
class HomeView(TemplateView):
    template_name = "home/home.html"


class MySpaceView(TemplateView):
    template_name = "home/my_space.html"
