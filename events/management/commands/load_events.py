"""Load the opening content: the assembly of 15 December 2020 and the monthly seminar."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from events.opening.loading import load


class Command(BaseCommand):
    help = "Charge l’assemblée du 15 décembre 2020 et le séminaire mensuel. Ne fait rien s’ils y sont déjà."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        outcome = load(at=timezone.now())
        if verbosity == 0:
            return
        if outcome.is_done_already:
            self.stdout.write("Rencontres d’ouverture : à jour.")
            return
        self.stdout.write(f"Rencontres d’ouverture : {outcome.events} rencontre et {outcome.series} cycle ajoutés.")
