"""In French: amounts with their computation, the size of a firm, and what is left of the de minimis ceiling."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from funding.eligibility import french
from funding.eligibility.amounts import AmountLine, Estimate, Step
from funding.eligibility.criteria import Criterion
from funding.eligibility.cumul import DeMinimisRegime, Headroom
from funding.eligibility.labels import CRITERION_KINDS, EU_SIZES
from funding.eligibility.size import CEILINGS, SizeAnswer
from funding.eligibility.wording import typeset

STEPS: dict[AmountLine, str] = {
    AmountLine.FLAT: "Forfait : {up_to}{amount}.",
    AmountLine.MONTHLY: "{Up_to}{amount} par mois × {months} mois = {up_to}{total}.",
    AmountLine.RATE: "{rate} × {base} = {total}.",
    AmountLine.RATE_OF_BAND: "{rate} du montant du projet ({range}){total_known}.",
    AmountLine.RATE_WITHOUT_BASE: "{rate} du montant du projet, qui n’est pas indiqué{limits}.",
    AmountLine.BASE_CAPPED: "Dépenses retenues dans la limite de {base_cap}, pour un projet de {base}.",
    AmountLine.RATE_BONUS: "Bonification de {rate} acquise ({condition}).",
    AmountLine.RATE_BONUS_UNCERTAIN: "Bonification de {rate} possible, à préciser ({condition}).",
    AmountLine.RAISED_TO_FLOOR: "Relevé au minimum de {floor}.",
    AmountLine.BROUGHT_TO_CAP: "Ramené au plafond de {cap}.",
    AmountLine.BONUS: "Prime : {amount} ({condition}).",
    AmountLine.BONUS_UNCERTAIN: "Prime possible, à préciser : {amount} ({condition}).",
    AmountLine.SPAN: "Montant publié : {span}.",
    AmountLine.NOT_PUBLISHED: "Le montant n’est pas publié.",
}


def step_text(step: Step) -> str:
    """One line of a computation."""
    values = dict(step.parameters)
    written = {name: _written(name, value) for name, value in values.items()}
    up_to = "jusqu’à " if values.get("is_ceiling") else ""
    total, lower, upper = values.get("total"), values.get("lower"), values.get("upper")
    written |= {
        "up_to": up_to,
        "Up_to": up_to.capitalize(),
        "range": french.bounds(lower, upper, "€"),
        "span": french.bounds(lower, upper, "€"),
        "total_known": f" : jusqu’à {french.euros(total)}" if total is not None else "",
        "limits": _limits(values.get("floor"), values.get("cap")),
    }
    return typeset(STEPS[step.code].format_map(written))


def estimate_text(estimate: Estimate) -> str:
    """The sum in a few words: « 4 000 € », « jusqu’à 1 200 € », « entre 1 000 € et 5 000 € »."""
    lower, upper = estimate.lower, estimate.upper
    if upper is None and lower is None:
        has_rate = any(step.code is AmountLine.RATE_WITHOUT_BASE for step in estimate.steps)
        return "selon le montant du projet" if has_rate else "montant non publié"
    if upper is None:
        return f"au moins {french.euros(lower)}" if lower else "selon le montant du projet"
    if lower in (None, upper, Decimal(0)):
        is_sure = lower == upper and not estimate.is_ceiling
        return french.euros(upper) if is_sure else f"jusqu’à {french.euros(upper)}"
    return f"entre {french.euros(lower)} et {french.euros(upper)}"


def size_text(answer: SizeAnswer) -> str:
    """The size with the intermediate answer: what staff alone says, what turnover and balance sheet say."""
    by_staff, by_finance = (_sizes(sizes) for sizes in (answer.by_staff, answer.by_finance))
    if answer.size is not None:
        ceilings = next((c for c in CEILINGS if c.size is answer.size), None)
        rule = (
            f"moins de {french.number(ceilings.staff)} personnes, et chiffre d’affaires jusqu’à "
            f"{french.euros(ceilings.turnover)} ou bilan jusqu’à {french.euros(ceilings.balance_sheet)}"
            if ceilings
            else "au-delà des seuils d’une entreprise de taille intermédiaire"
        )
        return typeset(f"{EU_SIZES[answer.size].capitalize()} : {rule}.")
    return typeset(
        f"Taille à préciser. D’après l’effectif : {by_staff}. D’après les chiffres financiers : {by_finance}."
    )


_REGIMES: dict[DeMinimisRegime, str] = {
    DeMinimisRegime.ROLLING_THREE_YEARS: "sur trois ans glissants (règlement (UE) 2023/2831)",
    DeMinimisRegime.THREE_FISCAL_YEARS: "sur trois exercices (règlement (UE) 1407/2013)",
}


def headroom_text(headroom: Headroom, amount: Decimal | int | None = None) -> str:
    """What is left under the de minimis ceiling, and by how much a new aid would go over it."""
    rule = f"Plafond de minimis : {french.euros(headroom.ceiling)} {_REGIMES[headroom.regime]}, par entreprise unique."
    if headroom.left is None:
        return typeset(f"{rule} Aucune aide n’a été déclarée : ce qui reste n’est pas connu.")
    text = f"{rule} Déjà reçu depuis le {french.day(headroom.since)} : {french.euros(headroom.used or 0)}. "
    text += f"Reste : {french.euros(headroom.left)}."
    excess = headroom.excess(amount) if amount is not None else None
    if excess:
        text += f" Une aide de {french.euros(amount or 0)} dépasserait le plafond de {french.euros(excess)}."
    return typeset(f"{text} L’agriculture et la pêche ont leurs propres plafonds.")


def _written(name: str, value: Any) -> str:
    if isinstance(value, Criterion):
        return value.text or CRITERION_KINDS[value.kind].lower()
    if name == "rate":
        return french.percent(value)
    return french.euros(value) if isinstance(value, Decimal) else str(value)


def _limits(floor: Decimal | None, cap: Decimal | None) -> str:
    limits: Mapping[str, Decimal | None] = {"au moins": floor, "au plus": cap}
    told = [f"{word} {french.euros(limit)}" for word, limit in limits.items() if limit is not None]
    return f", {' et '.join(told)}" if told else ""


def _sizes(sizes: tuple) -> str:
    return french.listed([EU_SIZES[size] for size in sizes], "ou")
