"""Forms of follows: the address to confirm, and what one wants to be told."""

from django import forms

from funding.enums import Frequency, NewsKind
from funding.models.calls import FRENCH_ZONES
from territories.forms.base import PortalForm


def _email(label: str, **kwargs) -> forms.EmailField:
    return forms.EmailField(
        label=label,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Écrivez votre adresse électronique.",
            "invalid": "Écrivez une adresse comme nom@exemple.fr.",
            "max_length": "254 signes au plus.",
        },
        **kwargs,
    )


class AskForm(PortalForm):
    email = _email("Adresse électronique", help_text="Format attendu : nom@domaine.fr")


class NewAddressForm(PortalForm):
    email = _email("Nouvelle adresse électronique", help_text="Vous y recevrez un lien de confirmation.")


class PreferencesForm(PortalForm):
    frequency = forms.ChoiceField(
        label="À quel rythme ?",
        choices=Frequency.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez un rythme.",
            "invalid_choice": "Ce rythme n’existe pas : choisissez dans la liste.",
        },
    )
    kinds = forms.MultipleChoiceField(
        label="Que voulez-vous savoir ?",
        choices=NewsKind.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choisissez au moins un sujet, ou arrêtez tous les courriels plus bas.",
            "invalid_choice": "Un de ces sujets n’existe pas : choisissez dans la liste.",
        },
    )
    zone = forms.ChoiceField(
        label="Heures données à l’heure de",
        choices=FRENCH_ZONES,
        help_text="Quand elle diffère de celle de l’appel, les deux sont écrites.",
        error_messages={
            "required": "Choisissez un fuseau.",
            "invalid_choice": "Ce fuseau n’existe pas : choisissez dans la liste.",
        },
    )
