"""« Essayer ce dispositif »: profiles in front of one scheme, as it is kept and as it is being written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import prefetch_related_objects
from django.utils import timezone

from funding import terms
from funding.activities import activity_label
from funding.answers import is_naf, legal_forms
from funding.eligibility import labels, sums, wording
from funding.eligibility.amounts import AmountRule, estimate
from funding.eligibility.codes import AudienceCode, CriterionKind, ExpenseNature, ProjectNature
from funding.eligibility.errors import RuleError
from funding.eligibility.findings import Finding
from funding.eligibility.naf import Naf, normalised
from funding.eligibility.refusals import refusal_text
from funding.eligibility.situation import Situation
from funding.eligibility.verdict import Terms, Verdict, verdict
from funding.enums import choices
from funding.forms.base import CountField, DayField, EurosField
from funding.models import Scheme
from territories.enums import PlaceKind
from territories.models import Place
from territories.search import search

PREFIX = "essai"
NOON = 12
PLACE_KINDS = (PlaceKind.COMMUNE, PlaceKind.EPCI, PlaceKind.EPT)
ALES, ALES_AGGLOMERATION, PARIS = "COM-30007", "EPCI-200066918", "COM-75056"
_PROJECT = {
    "project_natures": {ProjectNature.MODERNISATION, ProjectNature.VTE_RECRUITMENT},
    "expense_natures": {ExpenseNature.EQUIPMENT, ExpenseNature.WAGES},
    "project_amount": 400_000,
    "jobs_created": 2,
    "work_started": False,
}
_LAYOUT = {
    "project_natures": {ProjectNature.SITE_LAYOUT, ProjectNature.ENGINEERING},
    "expense_natures": {ExpenseNature.LAND, ExpenseNature.NETWORKS, ExpenseNature.STUDIES},
    "project_amount": 1_000_000,
    "work_started": False,
}
_FIRM = {"audience": AudienceCode.FIRM, "naf": "25.62B", "autonomous": True, **_PROJECT}


@dataclass(frozen=True)
class Profile:
    label: str
    place: str
    facts: dict[str, Any]


PROFILES = (
    Profile(
        "Entreprise de mécanique, 45 personnes, à Alès",
        ALES,
        _FIRM | {"staff": 45, "turnover": 8_000_000, "balance_sheet": 5_000_000},
    ),
    Profile("La même, effectif inconnu", ALES, _FIRM),
    Profile(
        "Grande entreprise, 6\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}personnes, à Alès",
        ALES,
        _FIRM | {"staff": 6_000, "turnover": 2_000_000_000, "balance_sheet": 2_500_000_000},
    ),
    Profile("Intercommunalité : Alès Agglomération", ALES_AGGLOMERATION, {"audience": AudienceCode.EPCI, **_LAYOUT}),
    Profile("Commune hors de tout territoire : Paris", PARIS, {"audience": AudienceCode.COMMUNE, **_LAYOUT}),
)


class TrialForm(forms.Form):
    """A day, and one more profile."""

    on = DayField(label="Au", help_text="Vide : aujourd’hui.")
    audience = forms.ChoiceField(
        label="Un autre profil : public", required=False, choices=[("", "—"), *choices(labels.AUDIENCES)]
    )
    place = forms.CharField(label="Lieu du projet (nom, code postal ou code)", required=False, max_length=100)
    staff = CountField(label="Effectif")
    naf = forms.CharField(label="Activité (code APE)", required=False, max_length=10)
    nature = forms.ChoiceField(
        label="Nature du projet", required=False, choices=[("", "—"), *choices(labels.PROJECT_NATURES)]
    )
    amount = EurosField(label="Montant du projet (€)")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, prefix=PREFIX, **kwargs)
        self.found: Place | None = None

    def clean_naf(self) -> str:
        typed = self.cleaned_data["naf"].strip()
        if typed and not is_naf(typed):
            raise forms.ValidationError("Ce code d’activité n’existe pas.")
        return normalised(typed) if typed else ""

    def clean_place(self) -> str:
        typed = self.cleaned_data["place"].strip()
        if not typed:
            return ""
        self.found = Place.objects.in_force().filter(code=typed.upper()).first()
        if self.found is None:
            places = [place for place in search(typed, kinds=PLACE_KINDS, limit=2).places if not place.is_closed]
            if not places:
                raise forms.ValidationError("Aucun lieu ne répond à ces mots.")
            self.found = Place.objects.filter(code=places[0].code).first()
        return typed

    def profile(self) -> Profile | None:
        """The profile that was typed; None when nothing was."""
        values = self.cleaned_data
        facts = {
            "audience": values.get("audience") or None,
            "staff": values.get("staff"),
            "naf": values.get("naf") or None,
            "project_natures": {values["nature"]} if values.get("nature") else None,
            "project_amount": values.get("amount"),
        }
        facts = {name: value for name, value in facts.items() if value is not None}
        if not facts and self.found is None:
            return None
        return Profile("Votre profil", self.found.code if self.found else "", facts)


@dataclass(frozen=True)
class Rules:
    """What the rules make of a scheme, finished or not. `problems` says what they could not use."""

    terms: Terms
    amounts: tuple[AmountRule, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    state: str
    label: str
    call: str
    amount: str
    steps: tuple[str, ...]
    reasons: tuple[str, ...]
    met: int


@dataclass(frozen=True)
class Line:
    profile: str
    place: str
    kept: Judged | None
    edited: Judged | None

    @property
    def differs(self) -> bool:
        return self.kept is not None and self.edited is not None and self.kept != self.edited


@dataclass(frozen=True)
class Trial:
    at: datetime
    lines: tuple[Line, ...]
    problems: tuple[str, ...]
    form: TrialForm
    is_edited: bool


def kept_rules(scheme_id: int) -> Rules:
    """The scheme as it is in the database."""
    scheme = terms.with_rules(Scheme.objects.filter(pk=scheme_id)).get()
    return rules_of(scheme, list(scheme.criteria.all()), list(scheme.amounts.all()))


def rules_of(scheme: Scheme, criteria: Sequence, amounts: Sequence) -> Rules:
    """The scheme with these lists, whatever the database says of them; its calls are those that are kept."""
    found, problems = [], []
    try:
        found.append(terms.place_criterion(scheme))
    except RuleError as error:
        told = "aucun lieu n’est compris" if not scheme.included_codes else refusal_text(error)
        problems.append(f"Périmètre laissé de côté : {told}.")
    for rank, row in enumerate(criteria, start=1):
        try:
            found.append(terms.criterion_of(row))
        except RuleError as error:
            problems.append(f"Critère {rank} laissé de côté : {refusal_text(error)}")
    calls = []
    if scheme.pk:
        prefetch_related_objects([scheme], "calls__rounds")
        try:
            calls = [terms.call_of(call, scheme) for call in scheme.calls.all()]
        except RuleError as error:
            problems.append(f"Appels laissés de côté : {refusal_text(error)}")
    rules: tuple[AmountRule, ...] = ()
    try:
        rules = terms.amount_rules(amounts)
    except RuleError as error:
        problems.append(f"Montants laissés de côté : {refusal_text(error)}")
    key = scheme.slug or "essai"
    try:
        return Rules(Terms(key, tuple(found), tuple(calls)), rules, tuple(problems))
    except RuleError as error:
        problems.append(f"Appels laissés de côté : {refusal_text(error)}")
        return Rules(Terms(key, tuple(found)), rules, tuple(problems))


def trial(*, form: TrialForm, kept: Rules | None, edited: Rules | None, now: datetime) -> Trial:
    """Judge every profile. `form` is bound and may hold errors: what is wrong in it counts for nothing."""
    day = form.cleaned_data.get("on") if form.is_bound and (form.is_valid() or True) else None
    at = now
    if day is not None:
        at = timezone.make_aware(datetime(day.year, day.month, day.day, NOON))  # noqa: DTZ001 - made aware here
    own = form.profile() if form.is_bound else None
    profiles = [own, *PROFILES] if own else list(PROFILES)
    places = {p.code: p for p in Place.objects.filter(code__in={one.place for one in profiles}).order_by("pk")}
    situations = [_situation(profile, places.get(profile.place)) for profile in profiles]
    sides = [
        [verdict(side.terms, situation, at) for situation in situations] if side else [None] * len(profiles)
        for side in (kept, edited)
    ]
    names = _names([one for side in sides for one in side if one])
    lines = []
    for number, profile in enumerate(profiles):
        judged = [
            None if side[number] is None else _judged(side[number], rules.amounts, situations[number], at, names)
            for side, rules in zip(sides, (kept, edited), strict=True)
        ]
        place = places.get(profile.place)
        lines.append(Line(profile.label, place.name if place else "lieu inconnu", *judged))
    shown = edited or kept
    return Trial(at, tuple(lines), shown.problems if shown else (), form, edited is not None)


def _situation(profile: Profile, place: Place | None) -> Situation:
    facts = dict(profile.facts)
    if "naf" in facts:
        facts["naf"] = Naf.of(facts["naf"])
    return Situation(place=frozenset([place.code, *place.ancestor_codes]) if place else None, **facts)


def _judged(found: Verdict, rules: Sequence[AmountRule], situation: Situation, at: datetime, names) -> Judged:
    sum_ = estimate(rules, situation, timezone.localdate(at))
    label = labels.VERDICT_STATES[found.state]
    if found.otherwise != found.state:
        label = f"{label} (sinon : {labels.VERDICT_STATES[found.otherwise].lower()})"
    told = (*found.obstacles, *found.open_points, *found.advice)
    reasons = [_reason(finding, names) for finding in told]
    if found.change is not None:
        reasons.append(wording.change_text(found.change, names))
    return Judged(
        state=str(found.state),
        label=label,
        call=wording.call_text(found.call),
        amount=sums.estimate_text(sum_),
        steps=tuple(sums.step_text(step) for step in sum_.steps),
        reasons=tuple(reasons),
        met=len(found.met),
    )


def _reason(finding: Finding, places: dict[str, str]) -> str:
    kind = finding.criterion.kind if finding.criterion else None
    names = places
    if kind is CriterionKind.NAF:
        names = {code: f"« {activity_label(code)} »" for code in _codes(finding)}
    elif kind is CriterionKind.LEGAL_FORM:
        names = {code: f"« {legal_forms().get(code, code)} »" for code in _codes(finding)}
    text = wording.reason_text(finding, names)
    subject = labels.CRITERION_KINDS[kind] if kind else "Appel"
    advisory = "" if finding.is_hard else " (indicatif)"
    return f"{subject}{advisory} – {text}"


def _names(verdicts: Iterable[Verdict]) -> dict[str, str]:
    codes = {
        code
        for found in verdicts
        for finding in found.findings
        if finding.criterion and finding.criterion.kind is CriterionKind.PLACE
        for code in _codes(finding)[:12]
    }
    return Place.objects.names_by_code(codes)


def _codes(finding: Finding) -> list[str]:
    values = [value for _, value in finding.parameters]
    found = [code for value in values for code in (value if isinstance(value, tuple) else (value,))]
    return [code for code in found if isinstance(code, str)]
