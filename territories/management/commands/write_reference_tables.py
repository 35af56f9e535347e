"""Write the project's reference tables from a folder of downloaded open data."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from territories.reference_tables.open_data import FILES, OpenData, OpenDataError
from territories.reference_tables.tables import REFERENCE_DIR
from territories.reference_tables.writing import changed_tables, make_tables, write_tables

HELP = """Écrit les tables de référence du portail (territories/reference) à partir des données ouvertes.

DOSSIER contient les fichiers tels que publiés, sous ces noms :
{files}

Les fichiers ne sont pas copiés : les tables ont leurs propres colonnes (voir territories/reference/README.md).
Les mêmes fichiers donnent les mêmes tables, octet pour octet. Rien n'est écrit si les données se contredisent."""


class Command(BaseCommand):
    """Thin shell over `territories.reference_tables.writing`."""

    help = HELP.format(files="\n".join(f"  {name}" for name in FILES))

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> ArgumentParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="DOSSIER", type=Path, help="dossier des données ouvertes")
        parser.add_argument(
            "--target", type=Path, default=REFERENCE_DIR, help="dossier où écrire (celui du projet par défaut)"
        )
        parser.add_argument("--check", action="store_true", help="n’écrit rien ; échoue si une table n’est pas à jour")

    def handle(self, *args: Any, source: Path, target: Path, check: bool, **options: Any) -> None:
        try:
            tables = make_tables(OpenData(source))
        except OpenDataError as error:
            raise CommandError(str(error)) from error
        if check:
            if changed := changed_tables(tables, target):
                raise CommandError(f"Tables qui ne sont pas à jour : {', '.join(changed)}")
            self.stdout.write(f"{len(tables)} tables à jour")
            return
        for name, count in write_tables(tables, target).items():
            self.stdout.write(f"{name} : {count} lignes")
