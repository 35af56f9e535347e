"""The form of a territory's page: its presentation, its sectors, its links.

Checks are those of `territories.profiles`; the form puts their sentences at the right field.
"""

from collections.abc import Callable

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from territories import profiles, rich_text
from territories.enums import Sector
from territories.forms.base import ErrorSentences, PortalForm
from territories.profiles import FIELDS, MAX_LABEL, MAX_LINKS, MAX_URL, UNKNOWN_VERSION, Document

SPARE_ROWS = 2
INCOMPLETE = "Une partie du formulaire n’est pas arrivée jusqu’à nous. Copiez votre texte, puis rechargez la page."
THEIRS = "theirs"
BOTH = "both"
# Sets of things, of which one may keep what each of two people put there.
JOINED = ("sectors", "links")


class ProfileForm(PortalForm):
    presentation = forms.CharField(
        label="Présentation du territoire",
        required=False,
        help_text=(
            "Ce qui fait l’industrie de votre territoire, ses atouts, ses projets. Sans mise en forme, une ligne vide "
            "sépare deux paragraphes et un tiret en début de ligne fait une liste."
        ),
        widget=forms.Textarea(attrs={"rows": 14, "data-rich-text": "", "class": "fr-input"}),
    )
    sectors = forms.MultipleChoiceField(
        label="Filières présentes",
        required=False,
        choices=Sector.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Selon les comités stratégiques de filière du Conseil national de l’industrie.",
        error_messages={"invalid_choice": "Une des filières n’existe pas."},
    )

    def clean_presentation(self) -> str:
        return profiles.clean_presentation(self.cleaned_data["presentation"])


class LinkForm(PortalForm):
    label = forms.CharField(
        label="Intitulé",
        required=False,
        max_length=MAX_LABEL,
        error_messages={"max_length": f"{MAX_LABEL} signes au plus ; il y en a %(show_value)d."},
    )
    url = forms.CharField(
        label="Adresse, commençant par https://",
        required=False,
        max_length=MAX_URL,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        error_messages={"max_length": f"{MAX_URL} signes au plus ; il y en a %(show_value)d."},
    )

    def clean_url(self) -> str:
        url = self.cleaned_data["url"]
        if url:
            profiles.check_address(url)
        return url

    def clean(self):
        values = super().clean()
        if values.get("url") and not values.get("label") and "label" not in self.errors:
            self.add_error("label", "Donnez un intitulé à cette adresse.")
        if values.get("label") and not values.get("url") and "url" not in self.errors:
            self.add_error("url", "Donnez l’adresse de ce lien, ou videz son intitulé.")
        return values


class LinkRows(forms.BaseFormSet):
    """Rows of links: those that exist and a few empty ones. An emptied row takes its link away."""

    @property
    def links(self) -> list[tuple[str, str]]:
        return [(row.cleaned_data["label"], row.cleaned_data["url"]) for row in self if row.cleaned_data.get("url")]


LinkFormSet = forms.formset_factory(LinkForm, formset=LinkRows, extra=SPARE_ROWS, max_num=MAX_LINKS, absolute_max=20)


class ProfileEditing:
    """The form and its rows of links together, with the version they start from.

    When it answers a conflict, a field left to the other person (`choice-<field>=theirs`) is read from `document_at`
    of that version, whatever was typed in it; filières and links may be those of both (`choice-<field>=both`).
    """

    def __init__(
        self,
        data=None,
        *,
        document: Document | None = None,
        version: int = 0,
        document_at: Callable[[int], Document] | None = None,
    ) -> None:
        if data is None:
            document = document or Document()
            self.version = version
            initial = {"presentation": rich_text.to_typed(document.presentation), "sectors": list(document.sectors)}
            self.form = ProfileForm(initial=initial)
            rows = [{"label": label, "url": url} for label, url in document.links]
            self.links = LinkFormSet(initial=rows, prefix="links", error_class=ErrorSentences)
        else:
            self.version = version_number(data.get("version", ""))
            left = [name for name in FIELDS if data.get(f"choice-{name}") == THEIRS]
            joined = [name for name in JOINED if data.get(f"choice-{name}") == BOTH]
            if (left or joined) and document_at is not None:
                data = _with(data, document_at(self.version), left, joined)
            self.form = ProfileForm(data)
            self.links = LinkFormSet(
                data, prefix="links", error_class=ErrorSentences, error_messages={"missing_management_form": INCOMPLETE}
            )

    def is_valid(self) -> bool:
        fine = self.form.is_valid()
        if not self.links.is_valid():
            return False
        if len(self.links.links) > MAX_LINKS:
            self.form.add_error(None, ValidationError(f"{MAX_LINKS} liens au plus."))
            return False
        return fine

    @property
    def has_errors(self) -> bool:
        return bool(self.form.errors) or bool(self.links.total_error_count())

    @property
    def changes(self) -> dict[str, object]:
        """What to save, once valid."""
        return {
            "presentation": self.form.cleaned_data["presentation"],
            "sectors": self.form.cleaned_data["sectors"],
            "links": self.links.links,
        }


def _with(data: QueryDict, document: Document, left: list[str], joined: list[str]) -> QueryDict:
    """What was posted, with the fields of `left` as they are in `document`, those of `joined` with its own added."""
    data = data.copy()
    if "presentation" in left:
        data["presentation"] = rich_text.to_typed(document.presentation)
    if "sectors" in left:
        data.setlist("sectors", list(document.sectors))
    elif "sectors" in joined:
        data.setlist("sectors", list(dict.fromkeys([*document.sectors, *data.getlist("sectors")])))
    if "links" in left or "links" in joined:
        mine = [] if "links" in left else _posted_links(data)
        links = list(dict.fromkeys([*document.links, *mine]))
        rows = [*links, *[("", "")] * (SPARE_ROWS if len(links) <= MAX_LINKS - SPARE_ROWS else 0)]
        data["links-TOTAL_FORMS"] = str(len(rows))
        for index, (label, url) in enumerate(rows):
            data[f"links-{index}-label"], data[f"links-{index}-url"] = label, url
    return data


def _posted_links(data: QueryDict) -> list[tuple[str, str]]:
    pairs = [
        (data.get(f"links-{index}-label", "").strip(), data.get(f"links-{index}-url", "").strip())
        for index in range(MAX_LINKS)
    ]
    return [pair for pair in pairs if any(pair)]


def version_number(text: str) -> int:
    """The version that a form started from; UNKNOWN_VERSION when its hidden field was spoiled."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else UNKNOWN_VERSION
