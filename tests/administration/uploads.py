"""Sending a table to an import page and confirming its preview."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ti_portal.core.spreadsheets import write_csv, write_xlsx


def as_csv(headers, *rows) -> SimpleUploadedFile:
    return SimpleUploadedFile("essai.csv", write_csv(headers, rows), "text/csv")


def as_xlsx(headers, *rows) -> SimpleUploadedFile:
    return SimpleUploadedFile("essai.xlsx", write_xlsx(headers, rows))


def preview(client, table: str, file):
    """Answer of the import page for `file` (an uploaded file, or bytes)."""
    if isinstance(file, bytes):
        file = SimpleUploadedFile("essai.csv", file)
    return client.post(reverse(f"admin:{table}_import"), {"import_file": file, "format": "0", "resource": "0"})


def confirm(client, table: str, response):
    """Press the button of a preview."""
    form = response.context["confirm_form"]
    values = {name: form.initial.get(name, "") for name in form.fields}
    return client.post(reverse(f"admin:{table}_process_import"), values, follow=True)


def problems(response) -> list[tuple[int | None, str, str]]:
    return [(problem.row, problem.column, problem.message) for problem in response.context["report"].problems]


def exported(client, table: str, format_index: int = 1, query: str = "") -> bytes:
    url = reverse(f"admin:{table}_export") + query
    response = client.post(url, {"format": str(format_index), "resource": "0"})
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    return response.content
