"""A use case that refuses leaves the page as it was typed, with everything to mend and where to mend it."""

from dataclasses import dataclass

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse

# Beginnings of sentences of `funding.editorial` and names of lists, and where on the page to go.
ANCHORS = (
    ("Écrivez en une phrase", "#id_summary"),
    ("Dites la nature de l’aide", "#id_help_kinds"),
    ("Des dispositifs se remplacent", "#id_successor"),
    ("Dites qui finance", "#roles-group"),
    ("Donnez un contact", "#contacts-group"),
    ("Donnez la page officielle", "#links-group"),
    ("Dites où le dispositif", "#id_included_codes"),
    ("Aucun lieu n’a le code", "#id_included_codes"),
    ("Un même lieu est", "#id_excluded_codes"),
    ("Dites à qui", "#criteria-group"),
    ("Critère", "#criteria-group"),
    ("Montant", "#amounts-group"),
    ("Organisme", "#roles-group"),
    ("Contact", "#contacts-group"),
    ("Lien", "#links-group"),
    ("Appels", "#calls-group"),
    ("Ajoutez au moins un appel", "#calls-group"),
    ("Deux appels", "#calls-group"),
    ("Un appel régional", "#calls-group"),
    ("«", "#calls-group"),
)


@dataclass(frozen=True)
class Problem:
    """Something to mend, and the part of the page where it is (empty when it is nowhere)."""

    text: str
    anchor: str = ""


def problem(text: str) -> Problem:
    anchor = next((anchor for start, anchor in ANCHORS if text.startswith(start)), "")
    return Problem(text, anchor)


class ShownAgain(Exception):
    """Raised while saving to show the form again with what was typed; the transaction is given up."""


class RefusableForm:
    """Mixin of a form: `refusal` is what a use case said of these same values a moment ago."""

    refusal: ValidationError | None = None
    is_trial = False

    def is_valid(self) -> bool:
        return super().is_valid() and not self.is_trial

    def _clean_form(self) -> None:
        super()._clean_form()
        if self.refusal is None:
            return
        if not hasattr(self.refusal, "error_dict"):
            self.add_error(None, "Rien n’est enregistré : corrigez ce qui est dit ci-dessus.")
            return
        for name, errors in self.refusal.error_dict.items():
            if name in self.fields and name not in self.errors:
                self.add_error(name, errors)
        self.add_error(None, "Rien n’est enregistré.")


class RefusalMixin(admin.ModelAdmin):
    """Before `PortalAdmin`. The form of the page is a `RefusableForm`."""

    def changeform_view(self, request: HttpRequest, object_id=None, form_url="", extra_context=None) -> HttpResponse:
        try:
            with transaction.atomic():
                return admin.ModelAdmin.changeform_view(self, request, object_id, form_url, extra_context)
        except ShownAgain:
            request.is_trial = True
        except ValidationError as error:
            request.refusal = error
        return admin.ModelAdmin.changeform_view(self, request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal, is_trial = getattr(request, "refusal", None), getattr(request, "is_trial", False)
        return type("ShownForm", (form,), {"refusal": refusal, "is_trial": is_trial})

    def refused(self, request: HttpRequest) -> list[Problem]:
        """What the use case said, with where to mend it; what belongs to a field of the form is told there."""
        refusal = getattr(request, "refusal", None)
        if refusal is None:
            return []
        return [problem(text) for text in refusal.messages]
