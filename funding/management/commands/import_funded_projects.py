"""Show what a file of funded projects would change in its list, and write it."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from funding.funded_projects import MAX_BYTES, StalePlanError, apply, preview, wording
from funding.funded_projects.columns import BY_NAME
from funding.models import FundedProjectList
from ti_portal.core.spreadsheets import UnreadableTable


class Command(BaseCommand):
    help = (
        "Lit une liste de projets financés (CSV ou XLSX), montre ce que le fichier change, ligne par ligne pour ce qui "
        "ne se place pas, et l’écrit en une fois. La liste se crée d’abord dans l’administration."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FICHIER", type=Path, help="un projet par ligne")
        parser.add_argument("--list", dest="slug", required=True, metavar="NOM", help="nom de la liste dans l’adresse")
        parser.add_argument("--dry-run", action="store_true", help="montre seulement")
        parser.add_argument(
            "--column",
            dest="columns",
            action="append",
            default=[],
            metavar="CHAMP=TITRE",
            help=f"ce que dit une colonne, retenu pour la liste ; champs : {', '.join(BY_NAME)}",
        )
        parser.add_argument(
            "--confirm-gone",
            action="store_true",
            help="le fichier est complet : ce qu’il n’a plus sort de la liste, même si c’est beaucoup",
        )

    def handle(
        self, *args: Any, file: Path, slug: str, dry_run: bool, columns: list[str], confirm_gone: bool, **options: Any
    ) -> None:
        row = self._list(slug)
        try:
            with file.open("rb") as opened:
                content = opened.read(MAX_BYTES + 1)
            plan = preview(content, project_list=row, mapping={**row.mapping, **self._columns(columns)})
        except OSError as error:
            raise CommandError(f"Le fichier {file} ne s’ouvre pas : {error.strerror}.") from error
        except UnreadableTable as error:
            raise CommandError(f"Le fichier est refusé, rien n’est écrit. {error.message}") from error
        for line in wording.lines(plan):
            self.stdout.write(line)
        if dry_run:
            self.stdout.write("Rien n’est écrit : relancez sans --dry-run pour appliquer ce plan.")
            return
        try:
            applied = apply(plan, project_list=row, at=timezone.now(), confirms_gone=confirm_gone)
        except (StalePlanError, ValidationError) as error:
            raise CommandError(wording.refusal(error)) from error
        for line in wording.outcome(applied):
            self.stdout.write(line)

    def _list(self, slug: str) -> FundedProjectList:
        known = {row.slug: row for row in FundedProjectList.objects.order_by("slug")}
        if slug not in known:
            raise CommandError(f"Pas de liste « {slug} ». Les listes sont : {', '.join(known) or 'aucune'}.")
        return known[slug]

    def _columns(self, given: list[str]) -> dict[str, str]:
        pairs = dict(text.partition("=")[::2] for text in given)
        if unknown := sorted(pairs.keys() - BY_NAME.keys()):
            raise CommandError(f"Champ inconnu : {', '.join(unknown)}. Les champs sont : {', '.join(BY_NAME)}.")
        return {name: header.strip() for name, header in pairs.items()}
