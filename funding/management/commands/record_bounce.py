"""Record a delivery report, as a mail server hands it over: `record_bounce < report.eml`."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone

from funding.subscribers import record_bounce
from ti_portal.core.delivery_reports import LARGEST, NotAReport, read_report
from ti_portal.core.mail import message_of_id


class Command(BaseCommand):
    help = (
        "Lit sur l’entrée standard un avis de non-remise (RFC 3464) et arrête les envois vers l’adresse concernée. "
        "À brancher sur l’adresse d’expédition : le serveur de courrier lance cette commande pour chaque avis."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        raw = getattr(sys.stdin, "buffer", sys.stdin).read(LARGEST)
        try:
            self.stdout.write(self.record(raw))
        except OperationalError as error:
            # Mail servers keep the report and hand it over again later.
            raise CommandError("La base ne répond pas.", returncode=os.EX_TEMPFAIL) from error

    def record(self, raw: bytes) -> str:
        try:
            report = read_report(raw)
        except NotAReport:
            return "Ce n’est pas un avis de non-remise qui cite son message : rien n’est changé."
        message = message_of_id(report.message_id)
        if message is None or not message.recipient:
            return "Ce message n’est pas d’ici, ou n’est plus gardé : rien n’est changé."
        if not report.is_permanent:
            return "Un retard, ou une remise réussie : rien n’est changé."
        if record_bounce(email=message.recipient, at=timezone.now()):
            return "L’adresse ne reçoit plus : les envois de suivis y sont arrêtés."
        return "Cette adresse ne suit rien, ou était déjà arrêtée : rien n’est changé."
