"""Polls in a report: free answers as a list, and what the figures of several choices mean."""

import pytest

from events.presenters.poll_reports import SEVERAL, shown

NBSP = "\N{NO-BREAK SPACE}"
OPTION = {"label": "Oui", "votes": 3, "percent": 100}


def row(respondents: int, texts=(), options=(), **more) -> dict:
    return {
        "question": "?",
        "results": {"respondents": respondents, "texts": list(texts), "options": [*options]},
        **more,
    }


@pytest.mark.parametrize(
    ("poll", "words"),
    [
        (row(0), "Aucune réponse."),
        (row(1), "1 réponse, qui n’est pas affichée."),
        (row(4), "4 réponses, dont aucune n’est affichée."),
        (row(4, ["a"]), "4 réponses, dont 1 est affichée."),
        (row(1204, ["a", "b"]), "1 204 réponses, dont 2 sont affichées."),
        (row(2, ["a", "b"]), "2 réponses."),
        (row(3, options=[OPTION]), "3 réponses."),
    ],
)
def test_how_many_answered_and_how_many_are_shown(poll, words):
    assert shown([poll])[0]["count"].replace(NBSP, " ") == words


@pytest.mark.parametrize(("more", "note"), [({"kind": "multiple"}, SEVERAL), ({"kind": "single"}, ""), ({}, "")])
def test_several_answers_are_said(more, note):
    assert shown([row(3, options=[OPTION], **more)])[0]["note"] == note
