"""Free answers that hold a word of the list wait for a decision."""

import pytest

from events.models import WithheldWord
from events.polls import PollRefused, close_poll, open_poll, publish_poll, show_text, vote
from events.withheld import is_withheld
from tests.events.people import NOW, event, poll, registration

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("Quel CONNARD !", True),
        ("connard", True),
        ("un con-nard", False),
        ("connardise", False),
        ("gros mot composé ici", True),
        ("GROS-MOT compose", True),
        ("gros mot", False),
        ("", False),
        ("100 %", False),
    ],
)
def test_whole_words_whatever_their_accents_and_case(text, is_found):
    WithheldWord.objects.create(word="gros mot composé", folded="gros mot compose")
    assert is_withheld(text) is is_found


def opened():
    where = event()
    made = poll(where, labels=(), kind="text")
    open_poll(poll_id=made.pk, at=NOW)
    for text in ("Formation", "merde alors"):
        vote(poll_id=made.pk, registration_id=registration(where).pk, text=text)
    return made


def test_a_withheld_answer_counts_and_is_not_shown_until_decided():
    made = opened()
    closed = close_poll(poll_id=made.pk, at=NOW)
    assert (closed.results["respondents"], closed.results["texts"]) == (2, ["Formation"])
    hidden = made.ballots.get(is_hidden=True)
    shown = show_text(ballot_id=hidden.pk, is_shown=True)
    assert (shown.results["respondents"], shown.results["texts"]) == (2, ["Formation", "merde alors"])


def test_once_published_an_answer_is_put_aside_but_none_is_added():
    made = opened()
    close_poll(poll_id=made.pk, at=NOW)
    publish_poll(poll_id=made.pk, at=NOW)
    with pytest.raises(PollRefused, match="publiés"):
        show_text(ballot_id=made.ballots.get(is_hidden=True).pk, is_shown=True)
    assert show_text(ballot_id=made.ballots.get(is_hidden=False).pk, is_shown=False).results["texts"] == []
