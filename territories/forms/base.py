"""What the forms of `territories` share: DSFR fields, whose errors are DSFR sentences."""

from django.forms.utils import ErrorList
from dsfr.forms import DsfrBaseForm


class ErrorSentences(ErrorList):
    template_name = "territories/contribution/fragments/_field_errors.html"


class PortalForm(DsfrBaseForm):
    def __init__(self, *args, error_class=ErrorSentences, **kwargs) -> None:
        super().__init__(*args, error_class=error_class, **kwargs)
