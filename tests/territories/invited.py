"""Invitations for tests, and the secret that only the mail holds."""

import re
from datetime import UTC, date, datetime

from territories import invitations
from territories.enums import MandateRole
from ti_portal.core.models import OutboxMessage

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
NEW_ACCOUNT = {"first_name": "Andrea", "last_name": "Invitée", "password": "quatre-mots-choisis-au-hasard"}


def invite(where, *, email="andrea@territoire.test", actor=None, at=NOW, **changes):
    values = {"role": MandateRole.PROJECT_LEAD, "mandate_from": TODAY, "base_url": "https://portail.test"} | changes
    return invitations.invite(email=email, territory_id=where.pk, actor=actor, at=at, **values)


def secret_sent_to(email="andrea@territoire.test") -> str:
    mail = OutboxMessage.objects.filter(recipient=email).order_by("-pk").first()
    return re.search(r"/invitation/([\w-]+)/", mail.text_body)[1]


def accept_new(secret, *, at=NOW):
    return invitations.accept_with_new_account(secret=secret, at=at, today=TODAY, **NEW_ACCOUNT)
