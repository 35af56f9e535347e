"""The check: what one keeps of it, what changed since, and what somebody contests."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.loader import render_to_string

from funding import rulebooks
from funding.eligibility import versioning
from funding.eligibility.codes import VerdictState
from funding.eligibility.labels import VERDICT_STATES
from funding.eligibility.rulebook import Verdicts
from funding.eligibility.situation import Situation
from funding.eligibility.versioning import Difference
from funding.enums import ContestState
from funding.models import Contest, KeptCheck, Scheme
from ti_portal.accounts.links import absolute_url
from ti_portal.accounts.permissions import is_delegation
from ti_portal.core.integrity import refused_by_constraints
from ti_portal.core.mail import queue_message

TOKEN_BYTES = 32  # 256 bits: nobody guesses it
LONGEST_TEXT = 4000
# What is kept of a refusal: its reasons would fill the row and interest nobody later.
_REFUSED: dict[str, Any] = {
    "state": str(VerdictState.NOT_ELIGIBLE),
    "otherwise": str(VerdictState.NOT_ELIGIBLE),
    "call": "",
    "closes_at": None,
    "reasons": [],
}


@dataclass(frozen=True, slots=True)
class Checked:
    """Verdicts of all published schemes, and the rules that gave them."""

    kept: rulebooks.Kept
    verdicts: Verdicts


@dataclass(frozen=True, slots=True)
class Recomputed:
    """The verdicts of a kept check under the rules of now, and what differs from what was kept."""

    checked: Checked
    differences: tuple[Difference, ...]
    rules_changed: bool


def check(situation: Situation, at: datetime, kept: rulebooks.Kept | None = None) -> Checked:
    """Judge every published scheme at an aware instant, by the rules given or those of now. Writes nothing."""
    kept = kept or rulebooks.current()
    return Checked(kept, kept.rulebook.verdicts(situation, at))


def keep_check(*, answers: Mapping[str, Any], checked: Checked, at: datetime) -> KeptCheck:
    """Keep answers and verdicts under a link that cannot be guessed; nothing in the row names a person."""
    return KeptCheck.objects.create(
        token=secrets.token_urlsafe(TOKEN_BYTES),
        facts=dict(answers),
        verdicts=kept_verdicts(checked.verdicts),
        as_of=checked.verdicts.at,
        rules_version=versioning.RULES_VERSION,
        data_version=checked.kept.version,
        created_at=at,
    )


def recompute(
    *, kept_check: KeptCheck, situation: Situation, at: datetime, kept: rulebooks.Kept | None = None
) -> Recomputed:
    """Judge again the facts of a kept check, at its own instant or another. Writes nothing."""
    checked = check(situation, at, kept)
    is_same = (
        kept_check.rules_version == versioning.RULES_VERSION
        and kept_check.data_version == checked.kept.version
        and kept_check.as_of == at
    )
    differences = () if is_same else versioning.differences(kept_check.verdicts, kept_verdicts(checked.verdicts))
    return Recomputed(checked, differences, kept_check.rules_version != versioning.RULES_VERSION)


def kept_verdicts(verdicts: Verdicts) -> dict[str, dict[str, Any]]:
    """Verdicts in plain JSON, by slug of scheme."""
    kept = dict.fromkeys(verdicts.keys(VerdictState.NOT_ELIGIBLE), _REFUSED)
    for state in VerdictState:
        if state is not VerdictState.NOT_ELIGIBLE:
            kept |= {verdict.key: versioning.kept(verdict) for verdict in verdicts.of(state)}
    return kept


@transaction.atomic
def contest_verdict(*, kept_check: KeptCheck, scheme: Scheme, text: str, reply_to: str, at: datetime) -> Contest:
    """Tell the délégation that a kept verdict seems wrong: one row and one message.

    Raises ValidationError when the check holds no verdict for this scheme, or when it is contested already.
    """
    verdict = kept_check.verdicts.get(scheme.slug)
    if verdict is None:
        raise ValidationError("Ce test ne donne aucun verdict sur ce dispositif.")
    text = text.strip()
    if not text or len(text) > LONGEST_TEXT:
        raise ValidationError({"text": f"Écrivez de 1 à {LONGEST_TEXT} signes."})
    with refused_by_constraints(Contest):
        contest = Contest.objects.create(
            kept_check=kept_check, scheme=scheme, text=text, reply_to=reply_to.strip(), created_at=at
        )
    queue_message(
        key=f"contest:{contest.pk}",
        recipient=settings.OPERATOR["contact"],
        subject=f"Verdict contesté : {scheme.name}",
        text_body=render_to_string(
            "funding/check/mail/contested.txt",
            {
                "contest": contest,
                "scheme": scheme,
                "verdict": VERDICT_STATES[VerdictState(verdict["state"])],
                "as_of": kept_check.as_of,
                "url": absolute_url("funding:kept_check", kept_check.token),
                "SITE_NAME": settings.SITE_NAME,
            },
        ),
        at=at,
    )
    return contest


@transaction.atomic
def answer_contest(*, contest_id: int, state: str, answer: str, actor, at: datetime) -> Contest:
    """Settle a contested verdict, and mail the answer to whoever left an address. Only the délégation may.

    Raises PermissionError, and ValidationError for a contest that is settled already, an empty answer or a state that
    settles nothing.
    """
    if not is_delegation(actor):
        raise PermissionError("only the délégation answers")
    answer = answer.strip()
    if state not in (ContestState.UPHELD, ContestState.CORRECTED):
        raise ValidationError({"state": "Dites si le verdict est confirmé ou si le critère est corrigé."})
    if not answer or len(answer) > LONGEST_TEXT:
        raise ValidationError({"answer": f"Écrivez une réponse, de 1 à {LONGEST_TEXT} signes."})
    contest = Contest.objects.select_for_update(of=("self",)).select_related("scheme", "kept_check").get(pk=contest_id)
    if contest.state != ContestState.OPEN:
        raise ValidationError("Cette contestation a déjà reçu une réponse.")
    contest.state, contest.answer, contest.answered_at, contest.answered_by = state, answer, at, actor
    contest.save(update_fields=["state", "answer", "answered_at", "answered_by"])
    if contest.reply_to:
        queue_message(
            key=f"contest-answer:{contest.pk}",
            recipient=contest.reply_to,
            subject=f"Votre question sur « {contest.scheme.name} »",
            text_body=render_to_string(
                "funding/check/mail/answered.txt",
                {
                    "contest": contest,
                    "url": absolute_url("funding:kept_check", contest.kept_check.token),
                    "SITE_NAME": settings.SITE_NAME,
                },
            ),
            at=at,
        )
    return contest
