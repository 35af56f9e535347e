"""Load the opening content: schemes, resources and notices of the assembly of 15 December 2020."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from funding.calendars.entries import fill_when_empty
from funding.opening.loading import load


class Command(BaseCommand):
    help = "Charge les dispositifs et ressources d’ouverture. Ne fait rien s’ils y sont déjà."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        at = timezone.now()
        # A portal older than its calendars has schemes whose dates they do not know.
        fill_when_empty(at=at)
        outcome = load(at=at)
        if verbosity == 0:
            return
        if outcome.is_done_already:
            self.stdout.write("Dispositifs d’ouverture : à jour.")
            return
        self.stdout.write(
            f"Dispositifs d’ouverture : {len(outcome.added)} ajoutés, {len(outcome.changed)} mis à jour ; "
            f"{outcome.others} organismes, ressources et notices ajoutés."
        )
