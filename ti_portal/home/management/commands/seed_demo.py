"""Create the fictitious people of the demonstration."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ti_portal.home.demo import seed


class Command(BaseCommand):
    help = "Crée les comptes fictifs de la démonstration ; ne fait rien s’ils existent."

    def handle(self, *args, **options) -> None:
        if not settings.IS_DEMONSTRATION:
            raise CommandError("Les comptes fictifs n’existent que dans la démonstration (réglages locaux).")
        try:
            created = seed(today=timezone.localdate(), at=timezone.now())
        except LookupError as error:
            raise CommandError("Chargez d’abord les territoires : manage.py load_reference.") from error
        if created:
            self.stdout.write(f"Démonstration : {created} comptes fictifs créés.")
