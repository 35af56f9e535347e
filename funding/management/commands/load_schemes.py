"""Load the opening content: schemes, resources and notices of the assembly of 15 December 2020."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from funding.opening.loading import load


class Command(BaseCommand):
    help = "Charge les dispositifs et ressources d’ouverture. Ne fait rien s’ils y sont déjà."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        outcome = load(at=timezone.now())
        if verbosity == 0:
            return
        if outcome.is_done_already:
            self.stdout.write("Dispositifs d’ouverture : à jour.")
            return
        self.stdout.write(
            f"Dispositifs d’ouverture : {len(outcome.added)} ajoutés, {len(outcome.changed)} mis à jour ; "
            f"{outcome.others} organismes, ressources et notices ajoutés."
        )
