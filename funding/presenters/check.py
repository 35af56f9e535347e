"""What the result of the check says of each scheme: verdicts in words, with what the database knows besides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from funding.activities import activity_label
from funding.answers import FIELD_OF_QUESTION, as_query, legal_forms
from funding.checks import Checked
from funding.eligibility import cumul, sums, wording
from funding.eligibility.amounts import estimate
from funding.eligibility.codes import CriterionKind, VerdictState
from funding.eligibility.cumul import Exclusion
from funding.eligibility.findings import Finding
from funding.eligibility.labels import CRITERION_KINDS, TRUTHS, VERDICT_STATES
from funding.eligibility.questions import QuestionCode
from funding.eligibility.rulebook import Verdicts
from funding.eligibility.verdict import Verdict
from funding.enums import AidRegime
from funding.models import Contact, Scheme
from territories.models import Place
from territories.perimeters import COUNTRY

STEP_URLS = {
    "who": "funding:check",
    "where": "funding:check_where",
    "what": "funding:check_what",
    "how_much": "funding:check_how_much",
}
MOST_CONTACTS = 4
MOST_WEIGHED = 200
TEXT_FIELDS = ("pk", "slug", "name", "summary", "to_prepare", "regime", "successor_id")


@dataclass(frozen=True, slots=True)
class Reason:
    subject: str
    text: str
    truth: str
    label: str
    source: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """A scheme of the result. Texts are plain, but `to_prepare`, which was sanitised when written."""

    key: str
    name: str
    summary: str
    url: str
    state: str
    state_label: str
    sentence: str
    call_text: str
    amount: str
    steps: tuple[str, ...]
    obstacles: tuple[Reason, ...]
    open_points: tuple[Reason, ...]
    met: tuple[Reason, ...]
    advice: tuple[Reason, ...]
    questions: tuple[Question, ...]
    change: str
    notes: tuple[str, ...]
    contacts: tuple[Contact, ...] = ()
    to_prepare: str = ""
    successor: tuple[str, str] | None = None
    contest_url: str = ""

    @property
    def is_refused(self) -> bool:
        return self.state == VerdictState.NOT_ELIGIBLE


@dataclass(slots=True)
class Writer:
    """Writes verdicts for one set of answers. What the shown schemes need takes three queries."""

    checked: Checked
    answers: dict[str, Any]
    place: Place | None
    as_of: str = ""
    _schemes: dict[str, Scheme] = field(default_factory=dict)
    _contacts: dict[int, list[Contact]] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _exclusions: dict[str, tuple[Exclusion, ...] | None] = field(default_factory=dict)

    def load(self, verdicts: Sequence[Verdict], *, codes: Iterable[str] = ()) -> None:
        """Fetch what the given verdicts need; `codes` are other places to name."""
        keys = {verdict.key for verdict in verdicts}
        situation, exclusions = self.checked.verdicts.situation, self.checked.kept.exclusions
        for key in keys:
            self._exclusions[key] = cumul.exclusions_met(key, situation, exclusions)
        others = {e.other_than(key) for key in keys for e in exclusions if key in e.schemes}
        rows = Scheme.objects.filter(slug__in=keys | others).select_related("successor")
        rows = rows.only(*TEXT_FIELDS, "successor__slug", "successor__name").order_by("pk")
        self._schemes = {scheme.slug: scheme for scheme in rows}
        detailed = [self._schemes[v.key].pk for v in verdicts if _is_detailed(v) and v.key in self._schemes]
        self._contacts = self._contacts_of(detailed)
        wanted = {code for verdict in verdicts for finding in verdict.findings for code in _place_codes(finding)}
        self._names = Place.objects.names_by_code(wanted | set(codes))

    def name_of(self, code: str) -> str:
        """Name of a place that was loaded."""
        return self._names.get(code, code)

    def scheme_name(self, key: str) -> str:
        scheme = self._schemes.get(key)
        return scheme.name if scheme else key

    def card(self, verdict: Verdict) -> Card:
        """One scheme in words."""
        scheme = self._schemes.get(verdict.key)
        rules = self.checked.kept.amounts.get(verdict.key, ())
        sum_ = estimate(rules, self.checked.verdicts.situation, self._on)
        is_detailed = _is_detailed(verdict)
        return Card(
            key=verdict.key,
            name=scheme.name if scheme else verdict.key,
            summary=scheme.summary if scheme else "",
            url=self._dated(reverse("funding:scheme", kwargs={"slug": verdict.key})),
            state=str(verdict.state),
            state_label=VERDICT_STATES[verdict.state],
            sentence=self._sentence(verdict),
            call_text=wording.call_text(verdict.call),
            amount=sums.estimate_text(sum_) if rules else "non publié",
            steps=tuple(sums.step_text(step) for step in sum_.steps) if is_detailed and rules else (),
            obstacles=self._reasons(verdict.obstacles),
            open_points=self._reasons(verdict.open_points),
            met=self._reasons(verdict.met) if is_detailed else (),
            advice=self._reasons(verdict.advice) if is_detailed else (),
            questions=self.questions(verdict.questions) if is_detailed else (),
            change=wording.change_text(verdict.change, self._names) if verdict.change else "",
            notes=self._notes(verdict, scheme, sum_.upper) if is_detailed else (),
            contacts=tuple(self._contacts.get(scheme.pk, ())[:MOST_CONTACTS]) if scheme else (),
            to_prepare=scheme.to_prepare if scheme and is_detailed else "",
            successor=_successor(scheme),
        )

    def questions(self, codes: Iterable[QuestionCode]) -> tuple[Question, ...]:
        """Questions in words, each leading to its field with the answers already given."""
        return tuple(Question(wording.typeset(wording.QUESTIONS[code]), self.field_url(code)) for code in codes)

    def field_url(self, code: QuestionCode) -> str:
        step, name = FIELD_OF_QUESTION[code]
        query = as_query(self.answers, au=self.as_of)
        return f"{reverse(STEP_URLS[step])}{f'?{query}' if query else ''}#id_{name}"

    @property
    def _on(self) -> date:
        return timezone.localdate(self.checked.verdicts.at)

    def _dated(self, url: str) -> str:
        return f"{url}?au={self.as_of}" if self.as_of else url

    def _sentence(self, verdict: Verdict) -> str:
        text = wording.VERDICT_SENTENCES[verdict.state]
        if verdict.state is VerdictState.NOT_OPEN:
            text = f"{text} {wording.OTHERWISE_SENTENCES[verdict.otherwise]}"
        return text

    def _reasons(self, findings: Iterable[Finding]) -> tuple[Reason, ...]:
        return tuple(self._reason(finding) for finding in findings)

    def _reason(self, finding: Finding) -> Reason:
        text = wording.reason_text(finding, self._names_for(finding))
        if finding.caution:
            text = f"{text} {wording.CAUTIONS[finding.caution]}"
        criterion = finding.criterion
        # A free text is its own reason: its source would say the same words twice.
        is_free = criterion is not None and criterion.kind is CriterionKind.FREE_TEXT
        source = criterion.text if criterion and not is_free else ""
        return Reason(
            # « À vérifier » would be said twice.
            subject="" if is_free else CRITERION_KINDS[criterion.kind] if criterion else "Appel",
            text=text,
            truth=str(finding.truth),
            label=TRUTHS[finding.truth],
            source=source,
            link=criterion.link if criterion else "",
        )

    def _names_for(self, finding: Finding) -> dict[str, str]:
        """Names by code: those of activities and of legal forms look alike, so each finding gets its own."""
        kind = finding.criterion.kind if finding.criterion else None
        if kind is CriterionKind.NAF:
            return {code: f"« {activity_label(code)} »" for code in _codes(finding)}
        if kind is CriterionKind.LEGAL_FORM:
            return {code: f"« {legal_forms().get(code, code)} »" for code in _codes(finding)}
        return self._names

    def _notes(self, verdict: Verdict, scheme: Scheme | None, highest) -> tuple[str, ...]:
        notes = []
        met = self._exclusions.get(verdict.key, ())
        if met is None:
            others = [
                self.scheme_name(exclusion.other_than(verdict.key))
                for exclusion in self.checked.kept.exclusions
                if verdict.key in exclusion.schemes
            ]
            notes.append(f"Ne se cumule pas avec : {', '.join(sorted(others))}.")
        for exclusion in met or ():
            why = f" : {exclusion.reason}" if exclusion.reason else ""
            other = self.scheme_name(exclusion.other_than(verdict.key))
            notes.append(f"Ne se cumule pas avec « {other} », que vous avez déjà obtenu{why}.")
        if scheme and scheme.regime == AidRegime.DE_MINIMIS:
            headroom = cumul.headroom(self.checked.verdicts.situation, self._on)
            notes.append(sums.headroom_text(headroom, highest))
        return tuple(wording.typeset(note) for note in notes)

    def _contacts_of(self, schemes: list[int]) -> dict[int, list[Contact]]:
        """Contacts for the place, the nearest first; those of the whole country when no place is known."""
        here = [self.place.code, *self.place.ancestor_codes] if self.place else [COUNTRY]
        rows = (
            Contact.objects.filter(scheme_id__in=schemes, included_codes__overlap=here)
            .exclude(excluded_codes__overlap=here)
            .select_related("organisation")
            .order_by("scheme_id", "pk")
        )
        found: dict[int, list[Contact]] = {}
        for contact in sorted(rows, key=lambda contact: COUNTRY in contact.included_codes):
            found.setdefault(contact.scheme_id, []).append(contact)
        return found


def in_order(verdicts: Verdicts, state: VerdictState, start: int, stop: int) -> list[str]:
    """Keys of a slice of a group: fewest open points first, then what closes first.

    Those not eligible come in the rulebook's order: nobody reads them by date.
    In a group of more than `MOST_WEIGHED` only the closing counts: weighing each one would take longer than the page.
    """
    if state is VerdictState.NOT_ELIGIBLE:
        return verdicts.some_keys(state, start, stop)
    keys = verdicts.by_closing(state)
    if len(keys) > MOST_WEIGHED:
        return keys[start:stop]
    return sorted(keys, key=lambda key: len(verdicts[key].open_points))[start:stop]


def _is_detailed(verdict: Verdict) -> bool:
    return verdict.state is not VerdictState.NOT_ELIGIBLE


def _codes(finding: Finding) -> list[str]:
    """Every code that a sentence may name."""
    values = [value for _, value in finding.parameters]
    return [code for value in values for code in (value if isinstance(value, tuple) else (value,)) if _is_text(code)]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _place_codes(finding: Finding) -> list[str]:
    if finding.criterion is None or finding.criterion.kind is not CriterionKind.PLACE:
        return []
    # Six names are written at most: naming a thousand communes would be for nothing.
    return _codes(finding)[:12]


def _successor(scheme: Scheme | None) -> tuple[str, str] | None:
    if scheme is None or scheme.successor is None:
        return None
    return scheme.successor.name, reverse("funding:scheme", kwargs={"slug": scheme.successor.slug})
