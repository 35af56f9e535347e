"""The four steps of the check. GET only: the answers travel in the address (see `funding.answers`)."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView

from funding import rulebooks
from funding.answers import ALL_NAMES, NAMES, Answers, as_query, known_values, situation_of
from funding.dates import as_of
from funding.eligibility import sums
from funding.eligibility.codes import AudienceCode
from funding.eligibility.cumul import headroom
from funding.eligibility.size import possible_sizes
from funding.firms import client
from funding.firms.client import Problem
from funding.firms.reading import Firm
from funding.forms.check import (
    HowMuchForm,
    SiretForm,
    StepForm,
    place_label,
    place_of_code,
)
from funding.forms.reading import FORMS, exclusive_keys, read_answers
from funding.models import Scheme
from funding.presenters.check import STEP_URLS
from funding.throttle import may
from territories.models import PlaceName

TITLES = {
    "who": "Qui porte le projet",
    "where": "Où se situe le projet",
    "what": "En quoi consiste le projet",
    "how_much": "Combien",
}
STEPS = tuple(TITLES)
LOOKUPS_AN_HOUR = 120
BY_HAND = "Répondez aux questions ci-dessous : le résultat sera le même."
PROBLEMS = {
    Problem.NOT_FOUND: f"L’annuaire public des entreprises ne connaît pas ce SIRET. {BY_HAND}",
    Problem.BUSY: f"L’annuaire public des entreprises est très demandé en ce moment. {BY_HAND}",
    Problem.UNAVAILABLE: f"L’annuaire public des entreprises ne répond pas. {BY_HAND}",
    Problem.MALFORMED: f"L’annuaire public des entreprises a répondu de façon illisible. {BY_HAND}",
}


@method_decorator(login_not_required, name="dispatch")
class StepView(TemplateView):
    """One step: shown as the address fills it; sent with `aller`, it goes on, or says what is wrong at the field."""

    step = ""

    def get(self, request, *args, **kwargs) -> HttpResponse:
        as_of(request)
        self.form = self.bound_form()
        going = request.GET.get("aller", "")
        if going and self.form.is_valid():
            return redirect(self.next_url(going))
        return super().get(request, *args, **kwargs)

    def data(self) -> QueryDict:
        return self.request.GET

    def bound_form(self) -> StepForm:
        return FORMS[self.step](self.data())

    @property
    def day(self) -> str:
        day = self.request.as_of.day
        return day.isoformat() if day else ""

    def answers(self) -> Answers:
        """This step's answers as cleaned, and the others as they came: each step reads its own."""
        others = known_values(self.data(), [name for name in ALL_NAMES if name not in NAMES[self.step]])
        return others | self.form.answers()

    def next_url(self, going: str) -> str:
        index = STEPS.index(self.step)
        if going == "retour" and index:
            name = STEP_URLS[STEPS[index - 1]]
        elif going == "resultat" or index == len(STEPS) - 1:
            name = "funding:check_result"
        else:
            name = STEP_URLS[STEPS[index + 1]]
        query = as_query(self.answers(), au=self.day)
        return reverse(name) + (f"?{query}" if query else "")

    def get_context_data(self, **kwargs):
        index = STEPS.index(self.step)
        others = known_values(self.data(), [name for name in ALL_NAMES if name not in NAMES[self.step]])
        self.form.is_valid()
        return super().get_context_data(
            form=self.form,
            step=self.step,
            number=index + 1,
            step_title=TITLES[self.step],
            next_title=TITLES[STEPS[index + 1]] if index + 1 < len(STEPS) else "",
            carried=[(name, one) for name, value in others.items() for one in _many(value)],
            day=self.day,
            result_url=f"{reverse('funding:check_result')}?{as_query(self.answers(), au=self.day)}",
            **kwargs,
        )


def _many(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


class WhoView(StepView):
    """Who: a SIRET to read the public register, or answers typed."""

    step = "who"
    template_name = "funding/check/who.html"

    def data(self) -> QueryDict:
        if not hasattr(self, "_data"):
            self._data = self._filled()
        return self._data

    def _filled(self) -> QueryDict:
        request = self.request
        self.siret_form = SiretForm(request.GET if "chercher" in request.GET else None)
        self.firm: Firm | None = None
        self.problem = ""
        data = request.GET.copy()
        if "chercher" not in request.GET or not self.siret_form.is_valid():
            return data
        if may(request, "siret", times=LOOKUPS_AN_HOUR, seconds=3600):
            lookup = client.look_up(self.siret_form.cleaned_data["siret"])
        else:
            # One visitor must not use up what all share.
            lookup = client.Lookup(problem=Problem.BUSY)
        self.firm = lookup.firm
        if lookup.problem:
            self.problem = PROBLEMS[lookup.problem]
        for name, value in answers_of_firm(lookup.firm).items():
            data[name] = value
        return data

    def get_context_data(self, **kwargs):
        situation, place = None, None
        if self.form.is_valid():
            situation = situation_of(self.form.cleaned_data, None)
        if self.firm and (code := self.data().get("place")):
            place = place_of_code(code)
        return super().get_context_data(
            siret_form=self.siret_form,
            firm=self.firm,
            firm_place=place_label(place) if place else "",
            firm_problem=self.problem,
            size=_size_text(situation),
            **kwargs,
        )


def _size_text(situation) -> str:
    """The intermediate answer, once there is something to compute from."""
    if situation is None or situation.audience not in (None, AudienceCode.FIRM):
        return ""
    figures = (situation.staff, situation.turnover, situation.balance_sheet)
    return "" if all(figure is None for figure in figures) else sums.size_text(possible_sizes(situation))


def answers_of_firm(firm: Firm | None) -> dict[str, str]:
    """Answers that the register gives. The place is that of the establishment, and may be changed at the next step."""
    if firm is None:
        return {}
    found = {
        "audience": firm.audience,
        "naf": firm.naf,
        "legal_category": firm.legal_category,
        "created_on": firm.created_on.isoformat() if firm.created_on else "",
        "staff_band": firm.staff_band,
        "turnover": "" if firm.turnover is None else str(firm.turnover),
    }
    if firm.commune and (code := _commune_code(firm.commune)):
        found |= {"place": code, "place_origin": "siret"}
    return {name: value for name, value in found.items() if value}


def _commune_code(insee: str) -> str:
    """The commune in force of an INSEE code; an arrondissement or a former commune leads to its commune."""
    if place_of_code(f"COM-{insee}"):
        return f"COM-{insee}"
    names = PlaceName.objects.filter(code=insee, place__valid_until=None, place__code__startswith="COM-")
    return names.order_by("rank", "pk").values_list("place__code", flat=True).first() or ""


class WhereView(StepView):
    step = "where"
    template_name = "funding/check/where.html"

    def get_context_data(self, **kwargs):
        self.form.is_valid()
        typed = self.request.GET.get("place_text", "")
        shown = place_label(self.form.found) if self.form.found else typed
        return super().get_context_data(
            place_shown=shown,
            is_prefilled=self.form.found is not None and self.form.cleaned_data.get("place_origin") == "siret",
            **kwargs,
        )


class WhatView(StepView):
    step = "what"
    template_name = "funding/check/what.html"


class HowMuchView(StepView):
    step = "how_much"
    template_name = "funding/check/how_much.html"

    def bound_form(self) -> StepForm:
        self.kept = rulebooks.current()
        schemes = Scheme.objects.filter(slug__in=exclusive_keys(self.kept.exclusions)).order_by("name", "pk")
        return HowMuchForm(self.data(), exclusive=list(schemes.values_list("slug", "name")))

    def get_context_data(self, **kwargs):
        answered, _ = read_answers(self.request.GET, self.kept.exclusions)
        room = headroom(answered.situation, self.request.as_of.today)
        return super().get_context_data(headroom=sums.headroom_text(room), **kwargs)
