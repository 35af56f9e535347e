"""The official answer to a question."""

from datetime import date

from django import forms
from dsfr.forms import DsfrBaseForm

from events.enums import AnswerState
from events.typed import says_something

NO_ANSWER = "Écrivez la réponse, ou choisissez plus bas « Répondu en séance » ou « Réponse à venir »."
# What may be said of an answer that is not written here.
WITHOUT_TEXT = (AnswerState.LIVE, AnswerState.TO_COME)


class AnswerForm(DsfrBaseForm):
    """`today` is the day of who answers. An answer that exists can be taken back: no text, « Sans réponse »."""

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

    def __init__(self, *args, today: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_review_on(self) -> date | None:
        """A date that was kept already may have passed: it is refused only where it is chosen."""
        day = self.cleaned_data["review_on"]
        if day is not None and day < self.today and "review_on" in self.changed_data:
            raise forms.ValidationError("Cette date est passée : choisissez un jour à venir, ou laissez vide.")
        return day

    def clean(self):
        values = super().clean()
        if not says_something(values.get("answer", "")):
            self._check_without_text(values)
        if bool(values.get("link_label")) != bool(values.get("link_url")):
            self.add_error("link_url", "Un lien a un libellé et une adresse.")
        return values

    def _check_without_text(self, values) -> None:
        state = values.get("answer_state")
        is_taken_back = state == AnswerState.NONE and bool(self.initial.get("answer"))
        if state is not None and state not in WITHOUT_TEXT and not is_taken_back:
            self.add_error("answer", NO_ANSWER)
        elif values.get("in_faq"):
            self.add_error("answer", "La foire aux questions ne publie que des réponses écrites.")
        values["answer"] = ""
