"""The page of a result: groups of verdicts, what was answered, what would settle the rest, what the place offers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils import timezone

from funding.activities import activity_label
from funding.answers import FLAGS, Answered, as_query, legal_forms
from funding.checks import Checked
from funding.eligibility import cumul, french, sums
from funding.eligibility.bands import as_band
from funding.eligibility.codes import AudienceCode, CallState, VerdictState
from funding.eligibility.labels import AUDIENCES, CALL_STATES, EXPENSE_NATURES, PROJECT_NATURES, VERDICT_STATES
from funding.eligibility.size import possible_sizes
from funding.eligibility.versioning import Difference
from funding.forms.check import place_label
from funding.models import Resource
from funding.presenters.check import STEP_URLS, Card, Question, Writer, in_order
from territories.addresses import address
from territories.enums import PlaceKind, Wave
from territories.models import Place
from territories.names import slug

# How many schemes are told on the page of all groups, so that it stays light; the others are on the group's own.
SHOWN = {
    VerdictState.ELIGIBLE: 5,
    VerdictState.TO_SPECIFY: 3,
    VerdictState.NEAR: 2,
    VerdictState.NOT_OPEN: 2,
    VerdictState.NOT_ELIGIBLE: 5,
}
PER_PAGE = {state: 30 if state is VerdictState.NOT_ELIGIBLE else 10 for state in VerdictState}
TITLES = {
    VerdictState.ELIGIBLE: "Éligible",
    VerdictState.TO_SPECIFY: "À préciser",
    VerdictState.NEAR: "Presque",
    VerdictState.NOT_OPEN: "Pas ouvert",
    VerdictState.NOT_ELIGIBLE: "Non éligible",
}
EXPLANATIONS = {
    VerdictState.ELIGIBLE: "Toutes les conditions connues sont remplies, et une demande peut être déposée.",
    VerdictState.TO_SPECIFY: "Rien ne s’y oppose, mais il manque des réponses, ou une personne doit vérifier.",
    VerdictState.NEAR: "Une seule condition n’est pas remplie, et elle pourrait l’être.",
    VerdictState.NOT_OPEN: "Aucune demande ne peut être déposée à cette date.",
    VerdictState.NOT_ELIGIBLE: "Au moins une condition s’y oppose.",
}
MOST_QUESTIONS = 5
MOST_RESOURCES = 8
FLAG_LABELS = {
    "ecological_transition": "Transition écologique",
    "partnership": "Projet à plusieurs",
    "public_works": "Marché public de travaux",
    "work_started": "Projet commencé",
}
# The first wave ended with 2022; the list in force came in November 2023.
END_OF_FIRST_WAVE = date(2022, 12, 31)

Near = Callable[[Place], list[tuple[str, str, str, float]]]


@dataclass(frozen=True, slots=True)
class Group:
    """One state. `rest` schemes are not on this page; `url` shows the group alone."""

    state: str
    title: str
    explanation: str
    count: int
    cards: tuple[Card, ...]
    rest: int
    url: str
    pages: object = None


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    url: str


@dataclass(frozen=True, slots=True)
class Territory:
    """Where the project is, in the sense of the programme."""

    name: str = ""
    url: str = ""
    is_outside: bool = False
    near: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ResultPage:
    groups: tuple[Group, ...]
    counts: tuple[tuple[str, str, int], ...]
    is_one_group: bool
    total: int
    facts: tuple[Fact, ...]
    questions: tuple[Question, ...]
    size: str
    headroom: str
    territory: Territory | None
    resources: tuple[Resource, ...]
    place: Place | None
    as_of: str
    on: date


def result_page(
    checked: Checked,
    answered: Answered,
    *,
    as_of: str,
    near: Near,
    group: VerdictState | None = None,
    number: int = 1,
    shown: Mapping[VerdictState, int] | None = None,
    contest: Callable[[str], str] | None = None,
    path: str = "",
) -> ResultPage:
    """Say a result. `group` shows one state alone, on page `number`; `shown` limits the page of all the groups.

    `contest` gives the address where to contest the verdict of a scheme; `path` is the page's own, when its address
    does not hold the answers.
    """
    verdicts, shown = checked.verdicts, shown or SHOWN
    counts = verdicts.counts
    states = [group] if group else [state for state in VerdictState if counts[state]]
    writer = Writer(checked, answered.answers, answered.place, as_of)
    picked, pages = {}, None
    for state in states:
        start, stop = 0, shown[state]
        if group:
            pages = Paginator(range(counts[state]), PER_PAGE[state]).get_page(number)
            start, stop = pages.object_list.start, pages.object_list.stop
        picked[state] = [verdicts[key] for key in in_order(verdicts, state, start, stop)]
    territory_codes = _territory_codes(answered.place, verdicts.at)
    writer.load([verdict for found in picked.values() for verdict in found], codes=territory_codes)
    groups = []
    for state, found in picked.items():
        cards = tuple(writer.card(verdict) for verdict in found)
        if contest:
            cards = tuple(replace(card, contest_url=contest(card.key)) for card in cards)
        groups.append(
            Group(
                state=str(state),
                title=TITLES[state],
                explanation=EXPLANATIONS[state],
                count=counts[state],
                cards=cards,
                rest=counts[state] - len(cards),
                url=_group_url(state, answered, as_of, path),
                pages=pages,
            )
        )
    situation = answered.situation
    on = timezone.localdate(verdicts.at)
    return ResultPage(
        groups=tuple(groups),
        counts=tuple((str(state), TITLES[state], counts[state]) for state in VerdictState),
        is_one_group=group is not None,
        total=len(verdicts),
        facts=facts(answered, as_of),
        questions=writer.questions(verdicts.questions()[:MOST_QUESTIONS]),
        size=_size(situation),
        headroom=_headroom(situation, on),
        territory=_territory(answered.place, territory_codes, writer, near),
        resources=_resources(answered.place) if group is None else (),
        place=answered.place,
        as_of=as_of,
        on=on,
    )


def facts(answered: Answered, as_of: str) -> tuple[Fact, ...]:
    """What was answered, each with the address where to change it."""
    situation = answered.situation
    query = as_query(answered.answers, au=as_of)
    found: list[tuple[str, str, str]] = []
    if situation.audience:
        found.append(("who", "Porteur", AUDIENCES[situation.audience]))
    if situation.naf:
        found.append(("who", "Activité", activity_label(situation.naf.code)))
    if situation.legal_category:
        found.append(("who", "Forme juridique", legal_forms().get(situation.legal_category, situation.legal_category)))
    if situation.created_on:
        found.append(("who", "Création", french.day(situation.created_on)))
    if situation.staff is not None:
        found.append(("who", "Effectif", french.figure(as_band(situation.staff), "personne")))
    for label, amount in (("Chiffre d’affaires", situation.turnover), ("Bilan", situation.balance_sheet)):
        if amount is not None:
            found.append(("who", label, french.euros(amount)))
    if situation.autonomous is not None:
        found.append(("who", "Groupe", "non" if situation.autonomous else "oui"))
    if answered.place:
        found.append(("where", "Lieu du projet", place_label(answered.place)))
    if situation.project_natures:
        found.append(("what", "Projet", _listed(situation.project_natures, PROJECT_NATURES)))
    if situation.expense_natures:
        found.append(("what", "Dépenses", _listed(situation.expense_natures, EXPENSE_NATURES)))
    flags = {name: getattr(situation, name) for name in FLAGS}
    found += [("what", FLAG_LABELS[n], "oui" if flag else "non") for n, flag in flags.items() if flag is not None]
    if situation.project_amount is not None:
        found.append(("how_much", "Montant du projet", french.euros(situation.project_amount)))
    if situation.jobs_created is not None:
        found.append(("how_much", "Emplois créés", french.number(situation.jobs_created)))
    if situation.aids is not None:
        total = sum(aid.amount for aid in situation.aids)
        found.append(("how_much", "Aides déclarées", french.euros(total) if situation.aids else "aucune"))
    return tuple(Fact(label, value, f"{reverse(STEP_URLS[step])}?{query}") for step, label, value in found)


def differences_in_words(differences: tuple[Difference, ...], names: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Name of the scheme, what was said, what is said now."""
    return [
        (names.get(one.key, one.key), _state_words(one.before, one), _state_words(one.after, one))
        for one in differences
    ]


def _state_words(kept: Mapping | None, difference: Difference) -> str:
    if kept is None:
        return "absent"
    label = VERDICT_STATES[VerdictState(kept["state"])]
    if difference.before and difference.after and difference.before["state"] == difference.after["state"]:
        # The state is the same: say what differs below it.
        if difference.before["call"] != difference.after["call"] and kept["call"]:
            return f"{label} ({CALL_STATES[CallState(kept['call'])].lower()})"
        if difference.before["closes_at"] != difference.after["closes_at"]:
            day = kept["closes_at"]
            return (
                f"{label}, clôture le {french.day(date.fromisoformat(day[:10]))}" if day else f"{label}, sans clôture"
            )
        is_before = kept is difference.before
        return f"{label}, {'pour les raisons d’alors' if is_before else 'pour d’autres raisons'}"
    return label


def _listed(codes, labels: Mapping) -> str:
    return ", ".join(labels[code] for code in labels if code in codes)


def _group_url(state: VerdictState, answered: Answered, as_of: str, path: str) -> str:
    if path:
        return f"{path}?groupe={state}"
    return f"{reverse('funding:check_result')}?{as_query(answered.answers, au=as_of, groupe=str(state))}"


def _size(situation) -> str:
    figures = (situation.staff, situation.turnover, situation.balance_sheet)
    if situation.audience not in (None, AudienceCode.FIRM) or all(figure is None for figure in figures):
        return ""
    return sums.size_text(possible_sizes(situation))


def _headroom(situation, on: date) -> str:
    if situation.audience not in (None, AudienceCode.FIRM) or situation.aids is None:
        return ""
    return sums.headroom_text(cumul.headroom(situation, on))


def _territory_codes(place: Place | None, at) -> list[str]:
    if place is None:
        return []
    wave = Wave.FIRST if timezone.localdate(at) <= END_OF_FIRST_WAVE else Wave.CURRENT
    return [code for code in [place.code, *place.ancestor_codes] if code.startswith(f"TI-{wave.value}-")][:1]


def _territory(place: Place | None, codes: list[str], writer: Writer, near: Near) -> Territory | None:
    if place is None:
        return None
    if codes:
        name = writer.name_of(codes[0])
        return Territory(name, address(PlaceKind.TERRITORY, codes[0], slug(name)))
    found = tuple(
        (name, address(PlaceKind.TERRITORY, code, name_in_address), f"{french.number(round(km))}{french.NBSP}km")
        for code, name, name_in_address, km in near(place)
    )
    return Territory(is_outside=True, near=found)


def _resources(place: Place | None) -> tuple[Resource, ...]:
    """Local resources and partners of the place; without a place there is nothing local to show."""
    if place is None:
        return ()
    here = [place.code, *place.ancestor_codes]
    rows = Resource.objects.published().filter(included_codes__overlap=here).exclude(excluded_codes__overlap=here)
    rank = {code: position for position, code in enumerate(here)}
    ordered = sorted(
        rows.order_by("name", "pk"), key=lambda row: min(rank[code] for code in row.included_codes if code in rank)
    )
    return tuple(ordered[:MOST_RESOURCES])
