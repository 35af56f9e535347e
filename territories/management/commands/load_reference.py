"""Load the project's reference tables into the database."""

import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from territories.loading import load


class Command(BaseCommand):
    help = "Charge les tables de référence (lieux, territoires, nomenclatures). Ne fait rien si elles le sont déjà."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        started = time.monotonic()
        outcome = load(at=timezone.now())
        if verbosity == 0:
            return
        if outcome.is_done_already:
            self.stdout.write("Tables de référence : à jour.")
            return
        seconds = f"{time.monotonic() - started:.1f}".replace(".", ",")
        places = outcome.counts["places"]
        self.stdout.write(
            f"Tables de référence chargées en {seconds} s : {places['added']} lieux ajoutés, "
            f"{places['updated']} mis à jour, {places['closed']} fermés."
        )
