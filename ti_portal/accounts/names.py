"""First and last names at sign-up. A module of its own: allauth imports it before its own forms exist."""

from django import forms


class NamesForm(forms.Form):
    """Both may stay empty: an account needs an address and nothing else."""

    first_name = forms.CharField(
        label="Prénom (facultatif)",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label="Nom (facultatif)",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )

    def signup(self, request, user) -> None:
        """allauth wants the method; its `save_user` has already stored both names."""
