"""Import and export pages of the administration: one form, a preview, then everything or nothing."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST
from import_export.admin import ImportExportMixin
from import_export.forms import ExportForm, ImportForm
from import_export.results import RowResult

from ti_portal.core.admin_bases import log_rows
from ti_portal.core.spreadsheets import UnreadableTable, read_table
from ti_portal.core.spreadsheets.tables import MAX_BYTES, MAX_ROWS
from ti_portal.core.table_formats import ROW, AnyTable, SemicolonText, Workbook, as_dataset
from ti_portal.core.table_resources import Problem, TableResource, problems_of

SHOWN_ROWS = 200


class TableImportForm(ImportForm):
    """One file; what it is follows from its content."""

    def __init__(self, formats, resources, **kwargs: Any) -> None:
        super().__init__(formats, resources, **kwargs)
        self.resource_class = resources[0]
        self.fields["format"].widget = forms.HiddenInput()
        self.fields["format"].initial = "0"
        self.fields["import_file"].label = "Fichier (XLSX ou CSV)"
        self.fields["import_file"].widget.attrs["accept"] = ".xlsx,.csv,.txt"
        self.fields[
            "import_file"
        ].help_text = f"{MAX_BYTES // 1024 // 1024} Mo et {MAX_ROWS:,} lignes au plus.".replace(",", "\u202f")

    @property
    def media(self) -> forms.Media:
        return forms.Media()

    def clean_import_file(self):
        file = self.cleaned_data["import_file"]
        try:
            self.resource_class.check(read_table(file.file))
        except UnreadableTable as error:
            raise ValidationError(error.message, code=error.code) from error
        file.seek(0)
        return file


class TableExportForm(ExportForm):
    def __init__(self, formats, resources, **kwargs: Any) -> None:
        super().__init__(formats, resources, **kwargs)
        self.fields["format"].label = "Format"
        self.fields["format"].choices = [choice for choice in self.fields["format"].choices if choice[0]]
        self.fields["format"].initial = "0"


@dataclass(frozen=True)
class Report:
    """What an import found: either problems and no change, or changes to confirm."""

    problems: list[Problem]
    headers: list[str]
    rows: list[tuple[int, str, list[str]]]
    new: int
    updated: int
    unchanged: int
    hidden: int

    @property
    def is_empty(self) -> bool:
        return not self.problems and not (self.new or self.updated)


def _lines(count: int, word: str) -> str:
    """« 1 ligne nouvelle », « 3 lignes modifiées »."""
    return f"{count} ligne{'s' * (count > 1)} {word}{'s' * (count > 1)}"


def report_of(result: Any) -> Report:
    words = {RowResult.IMPORT_TYPE_NEW: "Nouveau", RowResult.IMPORT_TYPE_UPDATE: "Modifié"}
    changed = [row for row in result.rows if row.import_type in words]
    problems = problems_of(result)
    return Report(
        problems=problems[:SHOWN_ROWS],
        headers=result.diff_headers,
        rows=[(row.row_values[ROW], words[row.import_type], row.diff) for row in islice(changed, SHOWN_ROWS)],
        new=result.totals[RowResult.IMPORT_TYPE_NEW],
        updated=result.totals[RowResult.IMPORT_TYPE_UPDATE],
        unchanged=result.totals[RowResult.IMPORT_TYPE_SKIP],
        hidden=max(0, len(problems or changed) - SHOWN_ROWS),
    )


class TableAdminMixin(ImportExportMixin):
    """Give `resource_classes` with one TableResource. Importing takes the right to change, exporting that to view."""

    import_form_class = TableImportForm
    export_form_class = TableExportForm
    import_formats = [AnyTable]
    export_formats = [Workbook, SemicolonText]
    import_template_name = "admin/tables/import.html"
    export_template_name = "admin/tables/export.html"
    # What the import does, in a sentence or two, shown above the form.
    import_notice = ""

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"actor": request.user, "at": timezone.now()}

    def get_export_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"actor": request.user, "at": timezone.now()}

    def get_export_filename(self, request: HttpRequest, queryset, file_format) -> str:
        name = self.get_export_resource_classes(request)[0].file_name
        return f"{name}-{timezone.localdate():%Y-%m-%d}.{file_format.get_extension()}"

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response = super().import_action(request, **kwargs)
        context = response.context_data
        result = context.pop("result", None)
        context |= self._words(request)
        if result is not None:
            context["report"] = report = report_of(result)
            if report.problems or report.is_empty:
                context.pop("confirm_form", None)
        return response

    @method_decorator(require_POST)
    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = self.create_confirm_form(request)
        kept = None
        if form.is_valid():
            storage = self.get_tmp_storage_class()(name=form.cleaned_data["import_file_name"], read_mode="rb")
            kept = storage.read()
        if kept is None:
            messages.error(
                request,
                "Cet import a déjà été fait, ou son aperçu a expiré : envoyez le fichier de nouveau.",
            )
            return HttpResponseRedirect(self._url("import"))
        dataset = as_dataset(read_table(kept))
        result = self.process_dataset(dataset, form, request, rollback_on_validation_errors=True)
        report = report_of(result)
        storage.remove()
        if report.problems:
            return self._refused(request, report)
        self._log(result, request, form.cleaned_data["original_file_name"])
        messages.success(
            request,
            "Import terminé : "
            f"{_lines(report.new, 'nouvelle')}, {_lines(report.updated, 'modifiée')}, "
            f"{_lines(report.unchanged, 'inchangée')}.",
        )
        return HttpResponseRedirect(self._url("changelist"))

    def _refused(self, request: HttpRequest, report: Report) -> HttpResponse:
        """What was right in the preview is wrong now: the page says why, and nothing was written."""
        messages.error(request, "Rien n’a été importé : la base a changé depuis l’aperçu.")
        context = {
            **self.admin_site.each_context(request),
            **self._words(request),
            "title": "Importer",
            "opts": self.opts,
            "media": self.media,
            "form": TableImportForm(
                self.get_import_formats(), self.get_import_resource_classes(request), data=None, files=None
            ),
            "report": report,
        }
        return TemplateResponse(request, [self.import_template_name], context)

    def _words(self, request: HttpRequest) -> dict[str, Any]:
        resource: type[TableResource] = self.get_import_resource_classes(request)[0]
        return {
            "title": f"Importer : {resource.title.lower()}",
            "import_notice": self.import_notice,
            "key_columns": resource.key_columns,
            "importable_columns": resource.importable_columns(),
            "control_columns": resource.control_columns,
            "readonly_columns": resource.readonly_columns(),
        }

    def init_request_context_data(self, request: HttpRequest, form) -> dict[str, Any]:
        context = super().init_request_context_data(request, form)
        resource: type[TableResource] = self.get_export_resource_classes(request)[0]
        context["title"] = f"Exporter : {resource.title.lower()}"
        context["columns"] = [field.column_name for field in resource.columns()]
        context["count"] = self.get_export_queryset(request).count()
        return context

    def _log(self, result: Any, request: HttpRequest, file_name: str) -> None:
        flags = {RowResult.IMPORT_TYPE_NEW: ADDITION, RowResult.IMPORT_TYPE_UPDATE: CHANGE}
        for import_type, flag in flags.items():
            instances = [row.instance for row in result.rows if row.import_type == import_type]
            if instances:
                rows = [(instance, self.label_of(instance)) for instance in instances]
                log_rows(request.user, rows, flag, f"Par import du fichier « {file_name[:100]} ».")

    def _url(self, page: str) -> str:
        return reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{page}")
