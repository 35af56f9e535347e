"""The form of a source: what is common to all, then what its kind needs."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from funding.admin.fields import https_by_default
from funding.admin.refusals import RefusableForm
from funding.models import Source, SyncRun
from funding.sources.kinds import CHOICES, KINDS
from funding.sources.reading import UnreadableSource
from ti_portal.core.admin_bases import Boxes, SuggestingInput
from ti_portal.core.spreadsheets import UnreadableTable, read_table

PREFIX = "option"
COLUMN = "column_"
# A larger file is not opened again each time its source is shown.
MAX_PROPOSED = 5 * 1024 * 1024
WRITTEN = [
    "name",
    "slug",
    "kind",
    "url",
    "credential",
    "licence",
    "licence_url",
    "attribution",
    "rhythm",
    "publishes",
    "is_active",
]


class SourceForm(RefusableForm, forms.ModelForm):
    kind = forms.ChoiceField(label="Nature", choices=CHOICES)

    class Meta:
        formfield_callback = https_by_default
        model = Source
        fields = WRITTEN

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            # What was set for one kind means nothing to another.
            del self.fields["kind"]

    def clean(self) -> dict:
        cleaned = super().clean()
        kind = KINDS.get(self.instance.kind) if self.instance.pk else None
        if kind is None:
            return cleaned
        settings = kind.form_class(self.data, prefix=PREFIX)
        for name, errors in settings.errors.items():
            where = f"{PREFIX}-{name}" if name != NON_FIELD_ERRORS else None
            if where not in self.errors:
                self.add_error(where, errors)
        if not self.errors:
            self.settings = kind.settings(settings.cleaned_data)
        return cleaned

    def values(self) -> dict:
        """For `save_source`."""
        values = {name: self.cleaned_data[name] for name in WRITTEN if name in self.cleaned_data}
        if hasattr(self, "settings"):
            values["options"], values["mapping"] = self.settings
        return values

    def _get_validation_exclusions(self) -> set[str]:
        # The use case checks the whole; here only what was typed.
        return super()._get_validation_exclusions() | {"options", "mapping"}


def form_for(source: Source | None) -> type[SourceForm]:
    """The form of a source with the settings of its kind, shown as they are; those of a new source come afterwards."""
    kind = KINDS.get(source.kind) if source else None
    if kind is None:
        return SourceForm
    initial = kind.initial(source)
    last = last_columns(source)
    proposed = {COLUMN + name: title for name, title in last.proposed.items()} if not source.mapping else {}
    declared = {}
    for name, shown in kind.form_class().fields.items():
        shown.initial = initial.get(name) or proposed.get(name) or shown.initial
        if isinstance(shown, forms.MultipleChoiceField):
            shown.widget = Boxes(shown.label, choices=shown.choices)
        elif name.startswith(COLUMN) and last.titles:
            shown.widget = SuggestingInput(lambda: [(title, "") for title in last.titles], {"size": 40})
        declared[f"{PREFIX}-{name}"] = shown
    return type("SettledSourceForm", (SourceForm,), declared)


def option_names(source: Source | None) -> list[str]:
    """Fields of the form that are those of the kind, in order."""
    kind = KINDS.get(source.kind) if source else None
    return [f"{PREFIX}-{name}" for name in kind.form_class().fields] if kind else []


@dataclass(frozen=True)
class Columns:
    """`titles` of the columns of a file, and what they look like (`proposed`: title by meaning)."""

    titles: tuple[str, ...] = ()
    proposed: Mapping[str, str] = field(default_factory=dict)


def last_columns(source: Source) -> Columns:
    """Those of the last file that was read for a source whose kind has columns; none otherwise."""
    kind = KINDS.get(source.kind)
    if not hasattr(kind, "propose"):
        return Columns()
    runs = SyncRun.objects.filter(source=source, raw__isnull=False, raw_size__lte=MAX_PROPOSED)
    run = runs.order_by("-started_at", "-pk").only("raw").first()
    if run is None:
        return Columns()
    data = gzip.decompress(run.raw)
    try:
        titles = tuple(header for header in read_table(data).headers if header.strip())
        return Columns(titles, kind.propose(data))
    except (UnreadableTable, UnreadableSource):
        return Columns()
