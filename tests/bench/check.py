"""The check at 30,000 schemes: the addresses of results that people ask for."""

import random

_PEOPLE = 60
_FIRMS = ("25.62B", "24.51Z", "10.11Z", "28.41Z", "22.29A", "62.01Z")
_NATURES = ("modernisation", "site_extension", "decarbonation", "digitalisation", "site_layout", "training")
_EXPENSES = ("equipment", "buildings", "studies", "productive_investment", "wages")


def result_paths() -> list[str]:
    """Results for people who say much, little or nothing, now and at another date."""
    return [f"/eligibilite/resultat/?{query}" for query in _queries()]


def _queries() -> list[str]:
    from territories.enums import PlaceKind
    from territories.models import Place

    draw = random.Random(2023)
    communes = Place.objects.in_force().of_kind(PlaceKind.COMMUNE).order_by("code").values_list("code", flat=True)
    places = draw.sample(list(communes), _PEOPLE)
    return [_query(draw, place) for place in places]


def _query(draw: random.Random, place: str) -> str:
    answers = [("audience", draw.choice(("firm", "firm", "firm", "epci", "commune"))), ("place", place)]
    if draw.random() < 0.7:
        answers += [("naf", draw.choice(_FIRMS)), ("staff", str(draw.randint(1, 400)))]
    if draw.random() < 0.7:
        answers += [("project_natures", nature) for nature in draw.sample(_NATURES, 2)]
    if draw.random() < 0.5:
        answers += [("expense_natures", draw.choice(_EXPENSES)), ("project_amount", str(draw.randint(1, 300) * 10_000))]
    if draw.random() < 0.4:
        answers += [("ecological_transition", "yes"), ("work_started", "no"), ("created_on", "2010-01-01")]
    if draw.random() < 0.2:
        answers = answers[1:2]
    if draw.random() < 0.2:
        answers.append(("au", "2025-03-15"))
    return "&".join(f"{name}={value}" for name, value in answers)
