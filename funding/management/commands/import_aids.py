"""Show what a file of the national schema would change, and write it when told to."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from funding.national_schema import wording
from funding.national_schema.applying import DEFAULT_SOURCE, StaleImportError, apply, preview
from ti_portal.core.spreadsheets import UnreadableTable


class Command(BaseCommand):
    help = (
        "Lit un fichier de dispositifs au schéma national « dispositif-aide-professionnels » (CSV ou XLSX), "
        "montre ce qu’il change, et ne l’écrit qu’avec --write."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FICHIER", type=Path, help="un dispositif par ligne")
        parser.add_argument("--source", default=DEFAULT_SOURCE, metavar="NOM", help="nom de la source des dispositifs")
        parser.add_argument("--write", action="store_true", help="écrit le plan montré")
        parser.add_argument(
            "--publish", action="store_true", help="publie ce qui peut l’être ; sans elle, tout attend une validation"
        )

    def handle(self, *args: Any, file: Path, source: str, write: bool, publish: bool, **options: Any) -> None:
        now = timezone.now()
        try:
            with file.open("rb") as content:
                proposed = preview(content, at=now, source=source)
        except OSError as error:
            raise CommandError(f"Le fichier {file} ne s’ouvre pas : {error.strerror}.") from error
        except UnreadableTable as error:
            raise CommandError(f"Le fichier est refusé, rien n’est écrit. {error.message}") from error
        for line in wording.lines(proposed):
            self.stdout.write(line)
        if proposed.is_empty:
            return
        if not write:
            self.stdout.write("Rien n’est écrit : relancez avec --write pour appliquer ce plan.")
            return
        try:
            applied = apply(proposed, actor=None, at=now, publish=publish)
        except (StaleImportError, ValidationError) as error:
            raise CommandError(wording.refusal(error)) from error
        for line in wording.outcome(applied):
            self.stdout.write(line)
