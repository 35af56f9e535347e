"""Read a source now, from its address or from a file, or only show what it would change."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from funding.enums import RunState, RunTrigger
from funding.models import Source, SyncRun
from funding.sync import wording
from funding.sync.runs import File, run_source


class Command(BaseCommand):
    help = "Lit une source et écrit ce qu’elle change ; avec --dry-run, le montre seulement."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SOURCE", help="identifiant de la source")
        parser.add_argument("--dry-run", action="store_true", help="montre sans rien écrire")
        parser.add_argument("--file", type=Path, metavar="FICHIER", help="lu à la place de l’adresse de la source")
        parser.add_argument(
            "--accept-shorter", action="store_true", help="croit une réponse plus courte que la dernière fois"
        )

    def handle(self, *args: Any, slug: str, dry_run: bool, file: Path | None, **options: Any) -> None:
        source = Source.objects.filter(slug=slug).first()
        if source is None:
            known = ", ".join(Source.objects.order_by("slug").values_list("slug", flat=True)) or "aucune"
            raise CommandError(f"Aucune source n’a l’identifiant « {slug} ». Sources connues : {known}.")
        try:
            run = run_source(
                source_id=source.pk,
                trigger=RunTrigger.COMMAND,
                at=timezone.now(),
                dry_run=dry_run,
                content=file and File(file.read_bytes(), file.name),
                accept_shorter=options["accept_shorter"],
            )
        except OSError as error:
            raise CommandError(f"Le fichier {file} ne s’ouvre pas : {error.strerror}.") from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self._tell(run)
        if run.state in RunState.ill:
            raise CommandError(run.error or " ".join(run.warnings))

    def _tell(self, run: SyncRun) -> None:
        for line in run.lines.order_by("position").iterator(chunk_size=1_000):
            for text in wording.told(line):
                self.stdout.write(text)
        for warning in run.warnings:
            self.stdout.write(warning)
        self.stdout.write(wording.summary(run))
