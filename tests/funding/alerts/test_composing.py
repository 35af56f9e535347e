import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from funding.alerts import moments
from funding.alerts.changes import changes
from funding.alerts.composing import News, remaining, said_moment, tell
from funding.alerts.known import Fact, KnownCall, KnownRound
from tests.funding.alerts import test_changes
from tests.funding.alerts.test_changes import AT, CASES, OPEN, OVER, PERMANENT, SAID, call, day

LINKS = {"call": "/appel", "catalogue": "/aides/", "check": "/eligibilite/", "official": "https://exemple.fr"}


def said(fact: Fact, zone: str = "Europe/Paris", at: datetime = AT) -> tuple[str, str]:
    """Headline and sentences, with plain spaces; the name is « Fonds – Appel »."""
    news = News(fact.kind, "Fonds", "Appel", fact.after, fact.before, LINKS, fact.due_at, fact.is_late)
    telling = tell(news, zone, at)
    headline, name = telling.subject.replace("\xa0", " ").split(" : ", 1)
    assert name.startswith("Fonds – Appel")
    assert telling.steps
    return headline, " ".join(telling.lines).replace("\xa0", " ")


def changed(before: KnownCall | None, after: KnownCall, **sent) -> tuple[str, str]:
    return said(changes(before, after, AT)[0], **sent)


@pytest.mark.parametrize(("before", "after"), [case[:2] for case in CASES if case[2]])
@pytest.mark.parametrize("zone", ["Europe/Paris", "Pacific/Noumea"])
def test_every_change_has_its_words(before, after, zone):
    for fact in changes(before, after, AT):
        headline, sentences = said(fact, zone)
        assert sentences.endswith(".")
        assert not re.search(r"None|\{|\}|  ", headline + sentences)


@pytest.mark.parametrize(
    ("before", "after", "headline", "sentences"),
    [
        (
            call(OPEN), call(replace(OPEN, closes_at=day(10))),
            "Clôture avancée au 20 mars 2027 à 10 h",
            ("Les dates de « Fonds – Appel » changent. "
            "Clôture : le 20 mars 2027 à 10 h, au lieu de : le 30 mars 2027 à 11 h."),
        ),
        (
            call(OPEN), call(replace(OPEN, closes_at=None)),
            "Clôture sans date désormais",
            "Les dates de « Fonds – Appel » changent. Clôture : sans date, au lieu de : le 30 mars 2027 à 11 h.",
        ),
        (
            call(OPEN), call(replace(OPEN, results_on=date(2027, 6, 1))),
            "Résultats attendus le 1er juin 2027",
            "Les dates de « Fonds – Appel » changent. Résultats : le 1er juin 2027, au lieu de : sans date.",
        ),
        (
            call(SAID), call(replace(SAID, announced_for="fin 2027")),
            "Annoncé pour fin 2027",
            "Les dates de « Fonds – Appel » changent. Annonce : fin 2027, au lieu de : mi-2027.",
        ),
        (
            call(OVER), call(replace(OVER, closes_at=day(4))),
            "Rouvert jusqu’au 14 mars 2027 à 10 h",
            ("On peut de nouveau déposer pour « Fonds – Appel » jusqu’au 14 mars 2027 à 10 h. "
            "La clôture était passée ; la date vient d’être changée. "
            "Clôture : le 14 mars 2027 à 10 h, au lieu de : le 5 mars 2027 à 10 h."),
        ),
        (
            call(OPEN), call(OPEN, suspended_from=day(-1), suspended_until=day(3)),
            "Suspendu",
            "« Fonds – Appel » est suspendu jusqu’au 13 mars 2027 à 10 h : aucune demande n’est reçue.",
        ),
        (
            call(OPEN), call(),
            "Relève annulée",
            ("Une relève de « Fonds – Appel » n’est plus publiée : elle n’aura pas lieu aux dates dites. "
            "La clôture était dite pour le 30 mars 2027 à 11 h."),
        ),
        (None, PERMANENT, "Ouvert en permanence", "« Fonds – Appel » est ouvert, sans date de clôture."),
        (None, call(SAID), "Annoncé pour mi-2027", "« Fonds – Appel » est annoncé pour mi-2027."),
    ],
)  # fmt: skip
def test_a_change_is_told_from_what_to_what(before, after, headline, sentences):
    assert changed(before, after) == (headline, sentences)


@pytest.mark.parametrize(
    ("kind", "days", "headline"),
    [
        ("j30", 30, "Ferme dans 30 jours, le 15 avril 2027 à 12 h"),
        ("j15", 12, "Ferme dans 12 jours, le 15 avril 2027 à 12 h"),
        ("last_day", 1, "Ferme demain, le 15 avril 2027 à 12 h"),
        ("last_day", 0, "Ferme aujourd’hui, le 15 avril 2027 à 12 h"),
    ],
)
def test_a_reminder_counts_the_days_that_are_left(kind, days, headline):
    closes_at = datetime(2027, 4, 15, 10, tzinfo=UTC)
    at = closes_at - timedelta(days=days, hours=3)
    round_ = KnownRound(1, "Printemps", None, closes_at)
    due_at = at - timedelta(hours=1)

    found = said(Fact(kind, "", due_at, 1, after=round_.told()), at=at)

    assert found[0] == headline
    assert "retard" not in found[1]


def test_what_is_late_says_since_when():
    fact = Fact("moved", "", day(-2), 1, OPEN.told(), replace(OPEN, closes_at=day(40)).told(), is_late=True)

    assert said(fact)[1].endswith(
        "Ce message vous parvient en retard : il aurait dû partir le 8 mars 2027 à 10 h. "
        "Le portail ne fonctionnait pas ; nous vous prions de nous en excuser."
    )


@pytest.mark.parametrize("on", [AT.date(), AT.date() - timedelta(days=3)])
def test_results_are_said_to_be_due_or_past(on):
    fact = moments.due(call(replace(OVER, results_on=on)), day(-9), AT)[0]

    headline, sentences = said(fact)

    assert headline.startswith("Résultats attendus le")
    assert ("aujourd’hui" in sentences) == (on == AT.date())


@pytest.mark.parametrize(
    ("zone", "reader", "told"),
    [
        ("Europe/Paris", "Europe/Paris", "31 mars 2027 à 12 h"),
        ("America/Cayenne", "America/Cayenne", "31 mars 2027 à 7 h (heure de Cayenne)"),
        ("America/Guadeloupe", "America/Martinique", "31 mars 2027 à 6 h (heure de la Guadeloupe)"),
        ("Europe/Paris", "Indian/Reunion", "31 mars 2027 à 12 h (heure de Paris), soit 14 h (heure de La Réunion)"),
        ("America/Cayenne", "Europe/Paris", "31 mars 2027 à 7 h (heure de Cayenne), soit 12 h (heure de Paris)"),
        (
            "Europe/Paris", "Pacific/Noumea",
            "31 mars 2027 à 12 h (heure de Paris), soit 21 h (heure de Nouméa)",
        ),
        (
            "Pacific/Tahiti", "Pacific/Noumea",
            "31 mars 2027 à 0 h (heure de Tahiti), soit 21 h (heure de Nouméa)",
        ),
    ],
)  # fmt: skip
def test_an_instant_is_told_on_both_clocks_when_they_differ(zone, reader, told):
    instant = datetime(2027, 3, 31, 10, tzinfo=UTC)

    assert said_moment(instant, zone, reader).replace("\xa0", " ") == told


def test_another_day_on_the_reader_s_clock_is_said():
    instant = datetime(2027, 3, 31, 21, 59, tzinfo=UTC)

    assert said_moment(instant, "Europe/Paris", "Pacific/Noumea").replace("\xa0", " ") == (
        "31 mars 2027 à 23 h 59 (heure de Paris), soit 1er avril 2027 à 8 h 59 (heure de Nouméa)"
    )


def test_days_are_counted_there():
    closes_at = datetime(2027, 4, 15, 23, 59, tzinfo=ZoneInfo("America/Cayenne"))
    at = datetime(2027, 4, 16, 1, tzinfo=ZoneInfo("Europe/Paris"))

    assert remaining(closes_at, "America/Cayenne", at) == 0
    assert remaining(closes_at, "Europe/Paris", at) == 0


def test_a_long_name_is_cut_in_the_subject_only():
    name = "Soutien " + "aux ateliers " * 20
    fact = changes(None, test_changes.PERMANENT, AT)[0]
    telling = tell(News(fact.kind, name, "Appel", fact.after, {}, LINKS), "Europe/Paris", AT)

    assert len(telling.subject) < 140
    assert telling.subject.endswith("…")
    assert name.strip() in telling.lines[0]
