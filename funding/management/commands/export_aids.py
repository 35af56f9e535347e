"""Write an open-data file of the published schemes."""

import os
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from funding.models import Scheme
from funding.open_data import FILES


class Command(BaseCommand):
    help = "Écrit les dispositifs publiés dans un fichier de données ouvertes, ou à l’écran sans --output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--format",
            choices=sorted(FILES),
            default="national",
            help="national : schéma national ; csv, json : complet",
        )
        parser.add_argument("--output", type=Path, metavar="FICHIER", help="remplacé d’un coup, quand tout est écrit")

    def handle(self, *args: Any, output: Path | None, **options: Any) -> None:
        blocks = FILES[options["format"]].make(
            Scheme.objects.published(), at=timezone.now(), site=settings.SITE_URL.rstrip("/")
        )
        if output is None:
            for block in blocks:
                self.stdout.write(block.decode(), ending="")
            return
        try:
            write_whole(output, blocks)
        except OSError as error:
            raise CommandError(f"Le fichier {output} ne s’écrit pas : {error.strerror}.") from error
        self.stderr.write(f"Écrit : {output}.")


def write_whole(output: Path, blocks) -> None:
    """Write beside, then put in place: a reader meets the old file or the new one, never a half."""
    handle, beside = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            for block in blocks:
                file.write(block)
        os.chmod(beside, 0o644)
        os.replace(beside, output)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
