"""The result as data for the PDF: plain texts only."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from funding.eligibility import french
from funding.eligibility.codes import VerdictState
from funding.eligibility.versioning import RULES_VERSION
from funding.models import Contact
from funding.presenters.check import Card, Reason
from funding.presenters.check_result import Group, ResultPage

SHOWN = {
    VerdictState.ELIGIBLE: 30,
    VerdictState.TO_SPECIFY: 20,
    VerdictState.NEAR: 15,
    VerdictState.NOT_OPEN: 20,
    VerdictState.NOT_ELIGIBLE: 60,
}
REDIRECTION = (
    "Un dossier qui n’est pas retenu peut être réorienté vers un autre dispositif, au cas par cas, par les services de "
    "l’État et de la région. Ce n’est jamais automatique : demandez-le à votre contact."
)
WARNING = "Ce résultat est une aide à l’orientation. Seul le service qui instruit la demande décide."


def document_data(page: ResultPage, *, made_at: datetime, version: str, remark: str = "") -> dict[str, Any]:
    """Everything that the template shows, in plain JSON."""
    made_on = french.day(timezone.localdate(made_at))
    return {
        "site": settings.SITE_NAME,
        "title": "Aides possibles pour votre projet",
        "subtitle": f"Situation au {french.day(page.on)}. {french.number(page.total)} dispositifs examinés.",
        "made_on": f"Établi le {made_on}, règles {RULES_VERSION}, données n° {version}",
        "counts": [[title, french.number(count)] for _, title, count in page.counts],
        "facts": [[fact.label, fact.value] for fact in page.facts],
        "remarks": [text for text in (remark, page.size, page.headroom, _territory(page)) if text],
        "questions": [question.text for question in page.questions],
        "groups": [_group(group) for group in page.groups],
        "warnings": [WARNING, REDIRECTION],
    }


def _territory(page: ResultPage) -> str:
    if page.territory is None:
        return ""
    if not page.territory.is_outside:
        return f"Territoire d’industrie : {page.territory.name}."
    near = ", ".join(f"{name} ({distance})" for name, _, distance in page.territory.near)
    return "Le lieu du projet ne fait partie d’aucun Territoire d’industrie." + (
        f" Les plus proches : {near}." if near else ""
    )


def _group(group: Group) -> dict[str, Any]:
    is_refused = group.state == VerdictState.NOT_ELIGIBLE
    return {
        "state": group.state,
        "title": group.title,
        "count": french.number(group.count),
        "explanation": group.explanation,
        "cards": [] if is_refused else [_card(card) for card in group.cards],
        "names": [_refusal(card) for card in group.cards] if is_refused else [],
        "rest": group.rest,
    }


def _refusal(card: Card) -> str:
    reasons = " ".join(reason.text for reason in card.obstacles)
    return f"{card.name} – {reasons}"


def _card(card: Card) -> dict[str, Any]:
    return {
        "name": card.name,
        "summary": card.summary,
        "sentence": card.sentence,
        "call": card.call_text,
        "amount": card.amount,
        "steps": list(card.steps),
        "obstacles": _texts(card.obstacles),
        "open_points": [*_texts(card.open_points), *(question.text for question in card.questions)],
        "met": _texts(card.met),
        "change": card.change,
        "notes": [*card.notes, *_texts(card.advice)],
        "contacts": [_contact(contact) for contact in card.contacts],
    }


def _texts(reasons: tuple[Reason, ...]) -> list[str]:
    return [f"{reason.subject}{french.NBSP}: {reason.text}" if reason.subject else reason.text for reason in reasons]


def _contact(contact: Contact) -> str:
    name = ", ".join(part for part in (contact.organisation.name, contact.label) if part)
    means = ", ".join(part for part in (contact.email, contact.phone, contact.url) if part)
    return f"{name}{french.NBSP}: {means}"
