from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "ti_portal.home"
    label = "home"
    verbose_name = "Accueil"
