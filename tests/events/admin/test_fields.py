"""Fields of these pages: rich texts are typed as in a mail and kept clean, moments are those of a player."""

from datetime import UTC, datetime

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape

from events.admin.fields import RICH_HELP, MarkField, RichTextField, event_label, short
from events.models import Event
from territories.rich_text import TAGS


class Form(forms.Form):
    text = RichTextField(label="Texte", required=True)
    mark = MarkField(label="Moment")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Un mot.\n\nUn autre.\nEt la suite.", "<p>Un mot.</p><p>Un autre.<br>Et la suite.</p>"),
        ("- un\n- deux", "<ul><li><p>un</p></li><li><p>deux</p></li></ul>"),
        ('<p onclick="x()">Un <b>mot</b><script>alert(1)</script></p>', "<p>Un <strong>mot</strong></p>"),
        ('<a href="javascript:alert(1)">lien</a>', '<a rel="noopener nofollow">lien</a>'),
    ],
)
def test_a_rich_text_is_typed_plainly_and_kept_clean(typed, kept):
    form = Form({"text": typed})
    assert form.is_valid()
    assert form.cleaned_data["text"] == kept


def test_a_rich_text_that_says_nothing_is_missing():
    assert "text" in Form({"text": "<script>alert(1)</script>"}).errors


@pytest.mark.parametrize("html", ["<p>Un mot.</p><p>Un autre.</p>", "<p>Un <strong>mot</strong></p>", ""])
def test_a_rich_text_shown_and_sent_back_is_the_same(html):
    form = Form(initial={"text": html})
    shown = form["text"].value()
    sent = form.fields["text"].prepare_value(shown)
    assert (sent == "Un mot.\n\nUn autre.") is (html == "<p>Un mot.</p><p>Un autre.</p>")
    assert not Form({"text": sent, "mark": ""}, initial={"text": html}).has_changed()
    assert Form({"text": f"{sent} Plus.", "mark": ""}, initial={"text": html}).has_changed()


def test_what_was_typed_comes_back_as_it_was():
    assert Form({"text": "Un <b>mot</b>", "mark": "x"})["text"].value() == "Un <b>mot</b>"


def test_the_help_names_every_tag_that_is_kept():
    assert {tag for tag in TAGS if escape(f"<{tag}") not in RICH_HELP} == set()
    assert "<" not in RICH_HELP


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("32:30", 1950),
        ("3:19:00", 11940),
        ("0:00", 0),
        ("62:30", 3750),
        ("199:00", 11940),
        ("", None),
        (" 32:30 ", 1950),
    ],
)
def test_a_moment_is_read_as_a_player_shows_it(typed, seconds):
    assert MarkField().clean(typed) == seconds


@pytest.mark.parametrize("typed", ["1950", "32:60", "3:9:00", "abc", "-1:00", "٣:00", "1:199:00"])
def test_another_moment_is_refused(typed):
    with pytest.raises(ValidationError):
        MarkField().clean(typed)


@pytest.mark.parametrize(("seconds", "shown"), [(1950, "32:30"), (11940, "3:19:00"), (0, "0:00"), (None, None)])
def test_a_moment_is_shown_so_and_sent_back_unchanged(seconds, shown):
    field = MarkField()
    assert field.prepare_value(seconds) == shown
    assert not field.has_changed(seconds, shown or "")
    assert field.has_changed(seconds, "1:01")


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Europe/Paris", "02/12/2026"), ("America/Martinique", "01/12/2026"), ("Pacific/Noumea", "02/12/2026")],
)
def test_an_event_is_named_with_the_day_of_its_place(zone, day):
    made = Event(title="Rencontre", zone=zone, starts_at=datetime(2026, 12, 2, 1, 0, tzinfo=UTC))
    assert event_label(made) == f"Rencontre ({day})"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        (
            "Troisième assemblée générale des Territoires d’industrie",
            "Troisième assemblée générale des Territoires d’industrie",
        ),
        ("mot " * 15 + "fin", "mot mot mot mot mot mot mot mot mot mot mot mot mot mot mot…"),
        ("m" * 80, "m" * 60 + "…"),
    ],
)
def test_a_long_title_is_cut_at_a_word(title, shown):
    assert short(title) == shown
