"""Print the code that the délégation's application would show now."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ti_portal.home.demo import current_code


class Command(BaseCommand):
    help = "Affiche le code à 6 chiffres du compte fictif de la délégation."

    def handle(self, *args, **options) -> None:
        if not settings.IS_DEMONSTRATION:
            raise CommandError("Ce code n’existe que dans la démonstration (réglages locaux).")
        self.stdout.write(current_code())
