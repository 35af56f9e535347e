"""Fields that read what people in France type: figures with spaces, dates day first."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from funding.eligibility import french

DATE_FORMATS = ["%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y"]
UNKNOWN = "Je ne sais pas"
YES_NO = [("yes", "Oui"), ("no", "Non"), ("", UNKNOWN)]
MOST_EUROS = 10**12
_SPACES = str.maketrans("", "", " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}€")


def bare_figure(value: Any) -> Any:
    """« 1 200 000,50 € » as Python reads it."""
    return value.translate(_SPACES).replace(",", ".") if isinstance(value, str) else value


class FigureMixin:
    def to_python(self, value: Any):
        return super().to_python(bare_figure(value))

    def prepare_value(self, value: Any) -> Any:
        """Show a figure with its thousands apart; anything else as it was typed."""
        bare = bare_figure(value)
        if isinstance(bare, str) and bare.isascii() and bare.isdigit():
            return french.number(int(bare))
        return value


class EurosField(FigureMixin, forms.DecimalField):
    """Euros of zero or more, with cents if need be."""

    def __init__(self, **kwargs) -> None:
        super().__init__(
            required=False,
            min_value=0,
            max_value=MOST_EUROS,
            max_digits=15,
            decimal_places=2,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            error_messages={
                "invalid": "Écrivez un montant en euros, par exemple 1 200 000.",
                "min_value": "Un montant ne peut pas être négatif.",
                "max_value": "Ce montant est trop grand.",
                "max_digits": "Ce montant est trop grand.",
                "max_whole_digits": "Ce montant est trop grand.",
                "max_decimal_places": "Deux chiffres après la virgule au plus.",
            },
            **kwargs,
        )


class CountField(FigureMixin, forms.IntegerField):
    """A whole number of people or jobs."""

    def __init__(self, **kwargs) -> None:
        super().__init__(
            required=False,
            min_value=0,
            max_value=10_000_000,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            error_messages={
                "invalid": "Écrivez un nombre entier, par exemple 45.",
                "min_value": "Ce nombre ne peut pas être négatif.",
                "max_value": "Ce nombre est trop grand.",
            },
            **kwargs,
        )


class DayField(forms.DateField):
    """A day, typed day first."""

    def __init__(self, **kwargs) -> None:
        super().__init__(
            required=False,
            input_formats=DATE_FORMATS,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": "jj/mm/aaaa"}),
            error_messages={"invalid": "Écrivez une date comme 15/12/2020."},
            **kwargs,
        )

    def clean(self, value: Any):
        day = super().clean(value)
        if day is not None and not 1000 <= day.year <= 2200:
            raise forms.ValidationError("Cette année n’est pas possible.")
        return day

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value)
            except ValueError:
                return value
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value


def plain(value: Any) -> Any:
    """A cleaned value in plain JSON."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return str(value)
