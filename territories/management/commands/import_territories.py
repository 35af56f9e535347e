"""Show what an official list would change, and write it when told to."""

from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from territories.enums import Wave
from territories.official_list import (
    ClosuresNotConfirmedError,
    ListingError,
    NotYetInForceError,
    StalePlanError,
    apply,
    known_for,
    plan,
    read,
    wording,
)


class Command(BaseCommand):
    help = (
        "Lit la liste officielle des Territoires d’industrie (CSV ou XLSX), montre ce qu’elle change, "
        "et ne l’écrit qu’avec --write."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FICHIER", type=Path, help="liste des membres, une ligne par membre")
        parser.add_argument("--wave", type=int, default=int(Wave.CURRENT), help="première année de la vague (2023)")
        parser.add_argument("--as-of", type=day, default=None, metavar="AAAA-MM-JJ", help="état au (aujourd’hui)")
        parser.add_argument("--write", action="store_true", help="écrit le plan montré")
        parser.add_argument("--confirm-closures", action="store_true", help="accepte de fermer plus de 5 %% des lignes")

    def handle(
        self, *args: Any, file: Path, wave: int, as_of: date | None, write: bool, confirm_closures: bool, **options: Any
    ) -> None:
        now = timezone.now()
        try:
            with file.open("rb") as content:
                listing = read(content)
            proposed = plan(listing, known_for(listing, wave=wave), wave=wave, as_of=as_of or timezone.localdate(now))
        except OSError as error:
            raise CommandError(f"Le fichier {file} ne s’ouvre pas : {error.strerror}.") from error
        except ListingError as error:
            raise CommandError("\n".join(["La liste est refusée, rien n’est écrit.", *error.sentences()])) from error
        for line in wording.lines(proposed):
            self.stdout.write(line)
        if proposed.is_empty:
            return
        if not write:
            self.stdout.write("Rien n’est écrit : relancez avec --write pour appliquer ce plan.")
            return
        try:
            edition = apply(proposed, at=now, confirm_closures=confirm_closures)
        except (ClosuresNotConfirmedError, NotYetInForceError, StalePlanError) as error:
            raise CommandError(wording.refusal(error)) from error
        self.stdout.write("Liste appliquée." if edition else "Cette liste était déjà appliquée : rien n’a changé.")


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"« {text} » n’est pas une date : écrivez par exemple 2024-07-04.") from error
