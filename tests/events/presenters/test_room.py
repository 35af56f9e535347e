"""What is projected: the answers of an open poll without figures, at a size that fits."""

import pytest

from events import polls, rooms
from events.presenters.room import screen_fragment, size_of
from tests.events.people import NOW, event, poll, registration


def projected(labels=("Oui", "Non"), **changes) -> tuple[str, object, object]:
    where = event()
    made = poll(where, labels=labels, **changes)
    rooms.open_room(event_id=where.pk, at=NOW)
    rooms.open_poll(event_id=where.pk, poll_id=made.pk, at=NOW)
    polls.vote(
        poll_id=made.pk, registration_id=registration(where).pk, **({"choices": [1]} if labels else _answer(made))
    )
    return screen_fragment(where.pk).html, where, made


def _answer(made) -> dict:
    return {"text": "Foncier"} if made.kind == "text" else {"choices": [made.scale_high]}


@pytest.mark.django_db
class TestOpenPoll:
    @pytest.mark.parametrize(
        ("kind", "how"), [("single", "une seule réponse"), ("multiple", "plusieurs réponses possibles")]
    )
    def test_its_answers_are_there_without_a_figure(self, kind, how):
        html, _, _ = projected(kind=kind)
        assert "<li>Oui</li><li>Non</li>" in html
        assert how in html
        assert "<strong>1 réponse</strong>" in html
        assert "%" not in html

    def test_a_scale_and_a_free_answer_say_how_to_answer(self):
        assert "une note de 1 à 5" in projected(labels=(), kind="scale", scale_low=1, scale_high=5)[0]
        html, _, _ = projected(labels=(), kind="text")
        assert "une réponse libre, de 140 signes au plus" in html
        assert "Foncier" not in html

    def test_figures_that_are_not_hidden_take_their_place_and_a_closed_poll_offers_nothing(self):
        html, _, _ = projected(hides_results=False)
        assert "100 %" in html
        assert "screen__options" not in html
        _, where, made = projected()
        room = rooms.close_poll(event_id=where.pk, poll_id=made.pk, at=NOW)
        closed = screen_fragment(where.pk, at_least=room.version).html
        assert "Sondage fermé" in closed
        assert "<li>Oui</li>" not in closed


@pytest.mark.parametrize(
    ("question", "labels", "size"),
    [
        ("Oui ?", ["Oui", "Non"], "large"),
        ("Quel frein ?", ["x" * 50] * 8, "medium"),
        ("Quel frein ?", ["x" * 150] * 8, "small"),
        ("x" * 270, ["x" * 185] * 8, "tiny"),
        ("x" * 300, ["x" * 200] * 20, "least"),
    ],
)
def test_the_more_there_is_to_read_the_smaller_it_is_written(question, labels, size):
    assert size_of(question, labels) == size
