"""Rounds as they are read: order, place in time, dates in their own zone."""

from datetime import UTC, date, datetime

import pytest

from funding.models import Round
from funding.presenters.timeline import rounds

PAST = Round(pk=1, opens_at=datetime(2020, 1, 1, tzinfo=UTC), closes_at=datetime(2020, 6, 30, 22, tzinfo=UTC))
NEXT = Round(
    pk=3, opens_at=datetime(2021, 1, 31, 23, tzinfo=UTC), committee_on=date(2021, 3, 1), envelope=1000, remaining=10
)
ANNOUNCED = Round(pk=4, announced_for="début 2022")
CAYENNE = Round(
    pk=2, closes_at=datetime(2020, 12, 21, 15, tzinfo=UTC), zone="America/Cayenne", label="Relève guyanaise"
)


def test_in_order_with_their_place_in_time():
    shown = rounds([ANNOUNCED, NEXT, CAYENNE, PAST], datetime(2020, 12, 15, 11, tzinfo=UTC))
    assert [one.said for one in shown] == ["terminée", "en cours", "à venir", "annoncée"]
    assert [one.position for one in shown] == ["past", "now", "next", "next"]
    assert shown[1].title == "Relève guyanaise"
    assert shown[1].dates == "Jusqu’au 21\xa0décembre 2020 à 12\xa0h (heure de Cayenne)"
    assert shown[0].dates == "Du 1er\xa0janvier 2020 à 1\xa0h au 1er\xa0juillet 2020 à 0\xa0h"
    assert shown[2].title == "Relève de février 2021"
    assert shown[2].notes == ["Comité le 1er\xa0mars 2021", "Enveloppe\xa0: 1\xa0000\xa0€, dont il reste 10\xa0€"]
    assert shown[3].dates == "Annoncée pour\xa0: début 2022"


@pytest.mark.parametrize("row", [ANNOUNCED, NEXT])
def test_what_was_announced_is_over_with_its_call(row):
    assert rounds([row], datetime(2020, 12, 15, tzinfo=UTC), is_over=True)[0].said == "terminée"


def test_a_spent_envelope_is_said():
    spent = Round(pk=5, opens_at=datetime(2020, 1, 1, tzinfo=UTC), exhausted_from=datetime(2020, 2, 1, tzinfo=UTC))
    assert rounds([spent], datetime(2020, 3, 1, tzinfo=UTC))[0].said == "enveloppe épuisée"
