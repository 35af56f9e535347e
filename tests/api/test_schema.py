"""schemathesis over the whole description, against the WSGI application of production."""

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase

from tests.api import content
from tests.funding import drafts
from ti_portal.wsgi import application

schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.fixture(scope="module")
def described(django_db_setup, django_db_blocker):
    """Content written once for all operations, in a transaction that is given up."""
    # As Django's own test client does: the end of a request must not close the connection of the transaction.
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    with django_db_blocker.unblock(), transaction.atomic():
        content.without_opening_content()
        content.vte()
        content.archived()
        yield drafts.published()
        transaction.set_rollback(True)
    for signal in signals:
        signal.connect(close_old_connections)


@schema.parametrize()
@hypothesis.settings(
    max_examples=6,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@pytest.mark.usefixtures("described", "no_limit")
def test_every_answer_is_as_described(case):
    if case.meta.generation.mode.is_positive:
        as_a_person_would(case)
    case.call_and_validate(headers={"Accept-Encoding": "identity"})


def as_a_person_would(case) -> None:
    """Two things a description cannot tell: which cursors a list has written, and that bounds come in order."""
    if case.query:
        case.query.pop("cursor", None)
    facts = case.body if isinstance(case.body, dict) else {}
    for value in facts.values():
        if isinstance(value, dict) and value.get("upper", value["lower"]) < value["lower"]:
            value["upper"] = value["lower"]
