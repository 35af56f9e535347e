import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from funding.national_schema.drafts import (
    FIELDS,
    AmountDraft,
    Body,
    CallDraft,
    CriterionDraft,
    Draft,
    LinkDraft,
    RoundDraft,
    comparable,
)
from funding.sync.payloads import digest, packed, unpacked

WHOLE = Draft(
    key="1",
    name="Aide « d’essai »",
    help_kinds=("loan", "grant"),
    included_codes=("REG-76", "DEP-58"),
    criteria=(CriterionDraft("staff_range", lower=10, text="10 personnes"), CriterionDraft("audience", ("firm",))),
    amounts=(AmountDraft("rate", rate=Decimal("0.2000"), upper=Decimal("5000"), text="20 %"),),
    roles=((Body("Région", "R", "231300021"), "funder"), (Body("Banque"), "partner")),
    links=(LinkDraft("official", "https://exemple.fr", "Page"),),
    call=CallDraft(
        (RoundDraft(datetime(2027, 1, 5, tzinfo=UTC), None, "Printemps", "Indian/Reunion", pk=7),), name="Appel"
    ),
    source_date=date(2026, 11, 1),
)


@pytest.mark.parametrize("draft", [WHOLE, Draft(key="vide")])
@pytest.mark.parametrize("field", FIELDS)
def test_a_value_comes_back_from_json_as_it_was(draft, field):
    payload = json.loads(json.dumps(packed(draft, field)))
    back = unpacked(field, payload)
    assert back.given == {field}
    assert comparable(back, field) == comparable(draft, field)
    assert digest(packed(back, field)) == digest(payload)


def test_the_order_of_what_has_none_does_not_matter():
    other = Draft(key="1", help_kinds=("grant", "loan"), roles=tuple(reversed(WHOLE.roles)))
    for field in ("help_kinds", "roles"):
        assert digest(packed(other, field)) == digest(packed(WHOLE, field))
