"""Where an event is in its recording."""

import pytest

from events.presenters.recordings import marks_in_words


@pytest.mark.parametrize(
    ("starts", "ends", "words"),
    [
        ("", "", ""),
        ("32:30", "", "commence à 32:30."),
        ("", "3:19:00", "finit à 3:19:00."),
        ("32:30", "3:19:00", "va de 32:30 à 3:19:00."),
    ],
)
def test_marks(starts, ends, words):
    assert marks_in_words(starts, ends) == (words and f"Dans l’enregistrement, la rencontre {words}")
