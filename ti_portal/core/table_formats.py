"""The two file formats of imports and exports, for django-import-export: read without trust, written without harm."""

import tablib
from import_export.formats.base_formats import Format

from ti_portal.core.spreadsheets import Table, read_table, write_csv, write_xlsx

# The first column of a dataset that was read: the number of the row in the file, as a spreadsheet shows it.
ROW = "Ligne du fichier"


class AnyTable(Format):
    """For imports: XLSX or CSV, told apart by content."""

    def __init__(self, encoding: str | None = None) -> None:
        self.encoding = encoding

    def get_title(self) -> str:
        return "classeur XLSX ou fichier CSV"

    def can_import(self) -> bool:
        return True

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        return as_dataset(read_table(in_stream))


def as_dataset(table: Table) -> tablib.Dataset:
    dataset = tablib.Dataset(headers=[ROW, *table.headers])
    for row in table.rows:
        dataset.append([row.number, *row.cells])
    return dataset


class _Written(Format):
    title = extension = content_type = ""

    def __init__(self, encoding: str | None = None) -> None:
        self.encoding = encoding

    def get_title(self) -> str:
        return self.title

    def get_extension(self) -> str:
        return self.extension

    def get_content_type(self) -> str:
        return self.content_type

    def can_export(self) -> bool:
        return True


class Workbook(_Written):
    title = "Classeur (XLSX)"
    extension = "xlsx"
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def export_data(self, dataset: tablib.Dataset, **kwargs: object) -> bytes:
        return write_xlsx(dataset.headers, dataset)


class SemicolonText(_Written):
    title = "Texte (CSV, points-virgules, UTF-8)"
    extension = "csv"
    content_type = "text/csv; charset=utf-8"

    def export_data(self, dataset: tablib.Dataset, **kwargs: object) -> bytes:
        return write_csv(dataset.headers, dataset)
