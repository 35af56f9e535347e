"""What a table's import and export share: French columns, whole file or nothing, unchanged rows left alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model, QuerySet
from django.utils.html import format_html
from import_export import resources
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.results import Result

from ti_portal.core.spreadsheets import Table, UnreadableTable
from ti_portal.core.table_formats import ROW
from ti_portal.core.text import fold

SHOWN_LENGTH = 160


class Column(Field):
    """A column of a table. `readonly=True` is written in exports and ignored by imports."""


class Difference(resources.Diff):
    """Before and after of a row, marked without inline style, which our content policy refuses."""

    def __init__(self, resource: "TableResource", instance: Model, new: bool) -> None:
        self.left = self._read(resource, instance)
        self.right: list[str] = []
        self.new = new

    def compare_with(self, resource: "TableResource", instance: Model) -> None:
        self.right = self._read(resource, instance)

    @staticmethod
    def _read(resource: "TableResource", instance: Model) -> list[str]:
        return [shown(resource.export_field(field, instance)) for field in resource.get_import_fields()]

    def as_html(self) -> list[str]:
        cells = []
        for before, after in zip(self.left, self.right, strict=True):
            if self.new or before == after:
                cells.append(format_html("{}", after))
            elif not before:
                cells.append(format_html("<ins>{}</ins>", after))
            else:
                cells.append(format_html("<del>{}</del> <ins>{}</ins>", before, after))
        return cells


def shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    text = f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
    return text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"


class NumberedResult(Result):
    """Counts rows as the file does."""

    def append_invalid_row(self, number: int, row: Mapping[str, Any], validation_error: ValidationError) -> None:
        super().append_invalid_row(row[ROW], row, validation_error)


class TableResource(resources.Resource):
    """Base of the tables of the administration.

    A subclass names its columns, `key_columns` (natural key, by column name), finds the row's object in `find`, copies
    the cells in `fill`, and writes through a use case in `write`. Errors are ValidationErrors by column name.
    A column that is left out of the file changes nothing. `actor` and `at` are who imports, and when.
    """

    key_columns: Sequence[str] = ()
    # Read by imports to tell what the file started from, never written.
    control_columns: Sequence[str] = ()
    title = ""

    class Meta:
        skip_unchanged = True
        report_skipped = False
        store_row_values = True
        clean_model_instances = False
        use_transactions = True
        instance_loader_class = BaseInstanceLoader

    def __init__(self, *, actor=None, at: datetime | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.actor = actor
        self.at = at

    @classmethod
    def get_result_class(cls) -> type[NumberedResult]:
        return NumberedResult

    @classmethod
    def get_diff_class(cls) -> type[Difference]:
        return Difference

    @classmethod
    def get_display_name(cls) -> str:
        return cls.title

    @classmethod
    def columns(cls) -> list[Field]:
        return list(cls.fields.values())

    @classmethod
    def importable_columns(cls) -> list[str]:
        return [field.column_name for field in cls.columns() if not field.readonly]

    @classmethod
    def readonly_columns(cls) -> list[str]:
        return [
            field.column_name
            for field in cls.columns()
            if field.readonly and field.column_name not in cls.control_columns
        ]

    @classmethod
    def check(cls, table: Table) -> None:
        """Raise UnreadableTable when the columns or the keys of the whole table do not fit."""
        headers = cls.named(table.headers)
        if repeated := [header for place, header in enumerate(headers) if header in headers[:place]]:
            raise UnreadableTable("duplicate_header", f"Deux colonnes sont « {repeated[0][:80]} ».")
        table = replace(table, headers=tuple(headers))
        table.require(*cls.key_columns)
        known = {field.column_name for field in cls.columns()}
        unknown = [header for header in table.headers if header not in known]
        if unknown:
            quoted = ", ".join(f"« {header[:60]} »" for header in unknown[:5])
            s = "s" if len(unknown) > 1 else ""
            raise UnreadableTable(
                "unknown_column",
                f"Colonne{s} inconnue{s} : {quoted}. Les colonnes qui s’importent sont : "
                f"{', '.join(cls.importable_columns())}.",
            )

    @classmethod
    def named(cls, headers: Sequence[str]) -> list[str]:
        """The headers of a file as this table writes them: « jusqu'au » is « Jusqu’au »; unknown ones are left."""
        known = {fold(field.column_name): field.column_name for field in cls.columns()}
        return [known.get(fold(header), header) for header in headers]

    def import_data(self, dataset: Any, *args: Any, **kwargs: Any) -> Result:
        dataset.headers = self.named(dataset.headers)
        self.repeated = self._repeated(dataset)
        return super().import_data(dataset, *args, **kwargs)

    def _repeated(self, dataset: Any) -> dict[int, int]:
        """Rows whose key was met before, case aside, with the row that has it first."""
        first: dict[tuple[str, ...], int] = {}
        repeated = {}
        for row in dataset.dict:
            key = tuple(row[column].strip().casefold() for column in self.key_columns)
            if (before := first.setdefault(key, row[ROW])) != row[ROW]:
                repeated[row[ROW]] = before
        return repeated

    def get_queryset(self) -> QuerySet:
        return self._meta.model.objects.order_by("pk")

    def init_instance(self, row: Mapping[str, Any] | None = None) -> Model:
        return self._meta.model()

    def get_import_fields(self) -> list[Field]:
        return [field for field in self.fields.values() if not field.readonly]

    def get_import_id_fields(self) -> list[str]:
        return ["id"]  # keys are read by `find`, not by the library's loader

    def get_instance(self, instance_loader: Any, row: Mapping[str, Any]) -> Model | None:
        instance = self.find(row)
        if (first := self.repeated.get(row[ROW])) is not None:
            raise ValidationError({self.key_columns[0]: f"Cette ligne répète la ligne {first}."})
        return instance

    def import_instance(self, instance: Model, row: Mapping[str, Any], **kwargs: Any) -> None:
        self.fill(instance, row)

    def skip_row(self, instance: Model, original: Model, row: Mapping[str, Any], import_validation_errors=None) -> bool:
        if import_validation_errors or original.pk is None:
            return False
        return all(
            self.export_field(field, instance) == self.export_field(field, original)
            for field in self.get_import_fields()
        )

    def do_instance_save(self, instance: Model, is_create: bool) -> None:
        self.write(instance, is_create=is_create)

    def find(self, row: Mapping[str, Any]) -> Model | None:
        raise NotImplementedError

    def fill(self, instance: Model, row: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def write(self, instance: Model, *, is_create: bool) -> None:
        raise NotImplementedError


def read_date(text: str) -> date | None:
    """« 24/11/2026 » or « 2026-11-24 »; empty gives None. Raises ValidationError."""
    text = text.strip()
    if not text:
        return None
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    raise ValidationError(f"« {text[:40]} » n’est pas une date : écrivez 24/11/2026.")


class Problem:
    """One fault of one row: `row` as a spreadsheet shows it, `column` may be empty."""

    def __init__(self, row: int | None, column: str, message: str) -> None:
        self.row = row
        self.column = column
        self.message = message


def problems_of(result: Any) -> list[Problem]:
    """All that is wrong with an import, in the order of the file."""
    found = [Problem(None, "", sentence_for(error.error)) for error in result.base_errors]
    for invalid in result.invalid_rows:
        for column, sentences in invalid.error_dict.items():
            found += [
                Problem(invalid.number, "" if column == NON_FIELD_ERRORS else column, sentence)
                for sentence in sentences
            ]
    for error_row in result.error_rows:
        found += [Problem((error.row or {}).get(ROW), "", sentence_for(error.error)) for error in error_row.errors]
    return sorted(found, key=lambda problem: problem.row or 0)


def sentence_for(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    return f"Cette ligne n’a pas pu être lue ({type(error).__name__})."
