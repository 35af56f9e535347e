"""Addresses of the open-data files, under /aides/."""

from django.urls import path

from funding.open_data import FILES
from funding.views.exports import ExportView

urlpatterns = [
    path(file.path, ExportView.as_view(), {"file": key}, name=f"export_{key}") for key, file in FILES.items()
]
