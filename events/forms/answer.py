"""The official answer to a question."""

from django import forms
from dsfr.forms import DsfrBaseForm

from events.enums import AnswerState


class AnswerForm(DsfrBaseForm):
    answer = forms.CharField(
        label="Réponse officielle",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Une ligne vide sépare deux paragraphes.",
    )
    answered_by = forms.CharField(
        label="Réponse de", max_length=200, required=False, help_text="Une personne ou un service."
    )
    answer_state = forms.ChoiceField(label="Où en est la réponse", choices=AnswerState.choices)
    theme = forms.CharField(
        label="Thème", max_length=80, required=False, help_text="La foire aux questions range les réponses par thème."
    )
    link_label = forms.CharField(label="Libellé d’un lien", max_length=200, required=False)
    link_url = forms.URLField(
        label="Adresse de ce lien",
        max_length=1000,
        required=False,
        assume_scheme="https",
        help_text="Par exemple https://www.economie.gouv.fr.",
    )
    in_faq = forms.BooleanField(label="Publier dans la foire aux questions", required=False)
    review_on = forms.DateField(
        label="À relire le",
        required=False,
        help_text="Passée cette date, la foire aux questions dit que la réponse est à vérifier.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self):
        values = super().clean()
        if bool(values.get("link_label")) != bool(values.get("link_url")):
            self.add_error("link_url", "Un lien a un libellé et une adresse.")
        return values
