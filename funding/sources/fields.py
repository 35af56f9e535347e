"""Fields of the forms in which a source is set."""

import re

from django import forms
from django.core.exceptions import ValidationError

MAX_LINES = 2_000


class PairsField(forms.CharField):
    """Lines « left = right »: a dictionary. The last « = » of a line parts it, so that a title may hold one."""

    widget = forms.Textarea

    def prepare_value(self, value):
        if isinstance(value, dict):
            return "\n".join(f"{left} = {right}" for left, right in value.items())
        return value

    def to_python(self, value):
        if isinstance(value, dict):
            return value
        lines = [line.strip() for line in super().to_python(value).splitlines() if line.strip()]
        if len(lines) > MAX_LINES:
            raise ValidationError(f"Écrivez {MAX_LINES} lignes au plus.")
        found: dict[str, str] = {}
        for number, line in enumerate(lines, start=1):
            left, sign, right = (part.strip() for part in line.rpartition("="))
            if not (left and sign and right):
                raise ValidationError(f"Ligne {number} : écrivez « ce que dit la source = ce que c’est ici ».")
            if found.setdefault(left, right) != right:
                raise ValidationError(f"Ligne {number} : « {left} » est déjà donné plus haut.")
        return found


class PlacesField(PairsField):
    """Lines « what the source says = codes of places, parted by commas »."""

    def to_python(self, value):
        found = super().to_python(value)
        for label, codes in found.items():
            if not all(
                re.fullmatch(r"(COM|EPCI|EPT|DEP|REG|PAYS|TI|ZON)-[0-9A-Za-z-]{1,34}", code) for code in split(codes)
            ):
                raise ValidationError(
                    f"« {label} » : un code de lieu s’écrit COM-76540, DEP-58, EPCI-200023414, PAYS-99100."
                )
        return found


def split(codes: str) -> list[str]:
    """Codes of a line of `PlacesField`."""
    return [code for code in re.split(r"[\s,;]+", codes) if code]
