"""Feeds of deadlines: iCalendar and Atom events that give dates to calls of the portal."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funding.models import Round
from funding.national_schema.drafts import RoundDraft
from funding.sources.atom import WORDS, dates_after
from funding.sources.deadlines import Event, merged
from funding.sources.kinds import kind_of
from funding.sources.reading import UnreadableSource
from tests.funding.drafts import published
from tests.funding.sources.makers import source
from ti_portal.core.text import fold

UNTIMED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def calendar(*events: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//essai//FR"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.strip().splitlines(), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def feed(*entries: str) -> bytes:
    head = '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:xCal="urn:ietf:params:xml:ns:xcal">'
    return (
        head + "<title>Dates</title>" + "".join(f"<entry>{entry}</entry>" for entry in entries) + "</feed>"
    ).encode()


def scheme(slug="essais", *calls):
    """A scheme whose call « relance » is open from 5 January to 31 March 2027."""
    rounds = [
        {"opens_at": at("2027-01-05T00:00+01:00"), "closes_at": at("2027-03-31T23:59:59+02:00"), "label": "Relève 1"}
    ]
    call = {"slug": "relance", "name": "Relance", "kind": "projects", "rounds": rounds}
    link = {"kind": "official", "label": "Page", "url": f"https://www.exemple.fr/{slug}/"}
    return published({"slug": slug, "name": f"Aide {slug}"}, {"calls": list(calls) or [call], "links": [link]})


def read(kind: str, data: bytes, **values):
    return kind_of(source(kind)).read(data, source(kind, **values), AT)


@pytest.mark.django_db
def test_an_event_moves_the_round_that_it_tells_of():
    found = scheme()
    told = read(
        "icalendar", calendar("UID:a@x\nSUMMARY:Clôture\nDTSTART;VALUE=DATE:20270415\nURL:http://www.exemple.fr/essais")
    )
    (entry,) = told.entries
    assert (entry.draft.target, entry.draft.given, entry.key) == (found.slug, {"calls"}, "dates:essais/relance")
    assert not told.is_whole
    (one,) = entry.draft.call.rounds
    assert entry.draft.call.slug == "relance"
    assert one.pk == Round.objects.get(call__scheme=found).pk
    # What the event does not tell stays: the opening and the name.
    assert (one.opens_at, one.closes_at, one.label) == (
        at("2027-01-05T00:00+01:00"), at("2027-04-15T23:59:59+02:00"), "Relève 1",
    )  # fmt: skip


@pytest.mark.django_db
def test_which_call_an_event_tells_of():
    scheme("essais")
    two = [{"slug": slug, "name": slug, "kind": "counter", "is_permanent": True, "url": f"https://exemple.fr/{slug}"}
           for slug in ("un", "deux")]  # fmt: skip
    scheme("double", {**two[0]}, {**two[1], "included_codes": ["DEP-58"]})
    dated = "DTSTART:20270201T110000Z\nSUMMARY:"
    data = calendar(
        f"UID:par-uid\n{dated}A",
        f"UID:2\n{dated}Par titre, écrit",
        f"UID:3\n{dated}C\nURL:https://exemple.fr/deux",
        f"UID:4\n{dated}D\nURL:https://exemple.fr/inconnu",
        f"UID:5\n{dated}E\nURL:https://www.exemple.fr/double/",
        f"UID:6\n{dated}F",
        "UID:par-uid-2\nSUMMARY:Sans date",
    )
    mapping = {"par-uid": "essais", "PAR TITRE ecrit": "double/un", "par-uid-2": "essais", "6": "double/trois"}
    told = read("icalendar", data, mapping=mapping)
    assert {entry.draft.target: entry.draft.call.slug for entry in told.entries} == {
        "essais": "relance",
        "double": "deux",
    }
    assert sorted(entry.key for entry in told.entries) == [
        "dates:double/deux",
        "dates:double/un",
        "dates:essais/relance",
    ]
    why = {problem.title: problem.reasons[0] for problem in told.problems}
    assert "Aucun dispositif du portail n’a cette adresse" in why["D"]
    assert "plusieurs appels" in why["E"]
    assert "double/trois" in why["F"]
    assert "Aucune date" in why["Sans date"]
    assert len({problem.key for problem in told.problems}) == 4
    whole = read("icalendar", calendar(f"UID:9\n{dated}Z"), options={"scheme": "essais"})
    assert whole.entries[0].draft.target == "essais"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lines", "opens", "closes"),
    [
        ("DTSTART;VALUE=DATE:20270201\nDTEND;VALUE=DATE:20270301", "2027-02-01T00+01:00", "2027-02-28T23:59:59+01:00"),
        ("DTSTART;VALUE=DATE:20270201", "2027-02-01T00:00+01:00", "2027-02-01T23:59:59+01:00"),
        ("DTSTART:20270201T090000\nDTEND:20270301T120000", "2027-02-01T09:00+01:00", "2027-03-01T12:00+01:00"),
        ("DTSTART;TZID=Indian/Reunion:20270201T120000\nDURATION:P1D", "2027-02-01T12+04:00", "2027-02-02T12+04:00"),
    ],
)  # fmt: skip
def test_an_event_can_be_a_period(lines, opens, closes):
    scheme()
    told = read("icalendar", calendar(f"UID:a\nSUMMARY:P\n{lines}"), options={"scheme": "essais", "reading": "period"})
    (one,) = told.entries[0].draft.call.rounds
    assert (one.opens_at, one.closes_at) == (at(opens), at(closes))


@pytest.mark.django_db
def test_the_last_version_of_an_event_counts_and_a_cancelled_one_removes_nothing():
    scheme()
    data = calendar(
        "UID:a\nSEQUENCE:2\nSUMMARY:Relève 1\nDTSTART;VALUE=DATE:20270501",
        "UID:a\nSEQUENCE:1\nSUMMARY:Relève 1\nDTSTART;VALUE=DATE:20270420",
    )
    (one,) = read("icalendar", data, options={"scheme": "essais"}).entries[0].draft.call.rounds
    assert one.closes_at == at("2027-05-01T23:59:59+02:00")
    gone = calendar("UID:a\nSTATUS:CANCELLED\nSUMMARY:Relève 1\nDTSTART;VALUE=DATE:20270331\nRRULE:FREQ=YEARLY")
    (entry,) = read("icalendar", gone, options={"scheme": "essais"}).entries
    assert [one.closes_at for one in entry.draft.call.rounds] == [at("2027-03-31T23:59:59+02:00")]
    assert any("annulé" in remark for remark in entry.remarks)
    assert any("répétition" in remark for remark in entry.remarks)


KEPT = (
    RoundDraft(at("2026-01-01T00:00Z"), at("2026-06-30T22:00Z"), "Relève 1", pk=1),
    RoundDraft(at("2026-09-01T00:00Z"), at("2027-01-31T23:00Z"), "Relève 2", pk=2),
)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        # The one that is not over is moved; the past stays.
        ([("Clôture", "2027-02-28T12:00Z")], {1: "2026-06-30T22:00Z", 2: "2027-02-28T12:00Z"}),
        # The same date is the same round, whatever its name.
        ([("Clôture", "2027-01-31T23:00Z")], {1: "2026-06-30T22:00Z", 2: "2027-01-31T23:00Z"}),
        # Two deadlines to come: the first is not known to be a move, both are new beside the one kept.
        ([("A", "2027-02-28T12:00Z"), ("B", "2027-06-30T12:00Z")],
         {1: "2026-06-30T22:00Z", 2: "2027-01-31T23:00Z", None: "2027-02-28T12:00Z 2027-06-30T12:00Z"}),
        # One by its name, the other is new.
        ([("relève 2", "2027-02-28T12:00Z"), ("Relève 3", "2027-06-30T12:00Z")],
         {1: "2026-06-30T22:00Z", 2: "2027-02-28T12:00Z", None: "2027-06-30T12:00Z"}),
        # A past event that the portal has no round for makes none.
        ([("Vieux", "2025-03-01T12:00Z")], {1: "2026-06-30T22:00Z", 2: "2027-01-31T23:00Z"}),
        # Closed early, by its name.
        ([("Relève 2", "2026-11-20T12:00Z")], {1: "2026-06-30T22:00Z", 2: "2026-11-20T12:00Z"}),
        # Before it opened: no such round.
        ([("Relève 2", "2026-08-20T12:00Z")], {1: "2026-06-30T22:00Z", 2: "2027-01-31T23:00Z"}),
    ],
)  # fmt: skip
def test_what_a_feed_makes_of_the_rounds_of_a_call(events, expected):
    told = [Event(rank, str(rank), title, closes=at(closes)) for rank, (title, closes) in enumerate(events)]
    found: dict = {}
    for one in merged(KEPT, told, AT, []):
        found.setdefault(one.pk, []).append(one.closes_at)
    assert found == {pk: [at(part) for part in closes.split()] for pk, closes in expected.items()}


@pytest.mark.django_db
def test_an_atom_entry_tells_its_deadline_in_a_field_or_after_words():
    scheme("essais")
    scheme("autre")
    data = feed(
        "<id>urn:1</id><title>AAP</title><link href='https://www.exemple.fr/essais'/><xCal:dtend>2027-04-15</xCal:dtend>"
        "<updated>2026-11-01T00:00:00Z</updated>",
        "<id>urn:2</id><title>AMI</title><link href='https://www.exemple.fr/autre'/><summary type='html'>"
        "&lt;p&gt;Ouvert le 1er mars 2027. &lt;b&gt;Clôture&lt;/b&gt; : 31 mai 2027 à 12h30.&lt;/p&gt;</summary>",
        "<id>urn:3</id><title>Rien</title><link href='https://www.exemple.fr/essais'/><updated>2027-01-01T00:00:00Z</updated>",
        "<id>urn:4</id><title>Clôture le 1/4/2027, jusqu’au 2 avril 2027</title><link href='https://www.exemple.fr/essais'/>",
    )
    told = read("atom", data)
    closes = {entry.draft.target: entry.draft.call.rounds[-1].closes_at for entry in told.entries}
    assert closes == {"essais": at("2027-04-15T23:59:59+02:00"), "autre": at("2027-05-31T12:30+02:00")}
    assert [problem.title[:4] for problem in told.problems] == ["Rien", "Clôt"]
    assert "Plusieurs dates" in told.problems[1].remarks[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Date limite : 31 mars 2027", [date(2027, 3, 31)]),
        ("À déposer avant le 1er août 2027 à minuit", [date(2027, 8, 1)]),
        ("clôture 2027-03-31", [date(2027, 3, 31)]),
        ("Clôture : 31/03/2027 à 17 h", [at("2027-03-31T17:00+02:00")]),
        ("jusqu'au 31.03.2027 24h00", [date(2027, 3, 31)]),
        ("Publié le 31 mars 2027", []),
        ("Date limite non connue", []),
        ("Clôture : 31/02/2027", []),
        ("Clôture : 31 mars", []),
        ("Déclôture 31 mars 2027", []),
    ],
)
def test_dates_in_french_texts(text, expected):
    assert dates_after(text, [fold(word) for word in WORDS.split(",")]) == expected


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("icalendar", b"<!DOCTYPE html><html>"),
        ("icalendar", b"rien"),
        ("icalendar", b""),
        ("icalendar", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART"),
        ("atom", b"<html><body>"),
        ("atom", b"rien"),
        ("atom", b"/etc/passwd"),
        ("atom", b""),
        ("atom", b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title>'),
        ("atom", b'<!DOCTYPE x [<!ENTITY a "b">]><feed xmlns="http://www.w3.org/2005/Atom"><title>&a;</title></feed>'),
    ],
)
def test_what_is_no_feed_is_refused(kind, data):
    with pytest.raises(UnreadableSource):
        read(kind, data)


LINES = st.lists(
    st.sampled_from(
        ["BEGIN:VEVENT", "END:VEVENT", "UID:a", "UID:", "SUMMARY:x\\,y", "DTSTART:20270201",
         "DTSTART;VALUE=DATE:20270201", "DTSTART:20270201T250000", "DTSTART;TZID=Nulle/Part:20270201T120000",
         "DTSTART:99991231T235959Z", "DTEND:00010101", "DTEND;VALUE=DATE:20260101", "DURATION:P9999999D",
         "DURATION:x", "URL:http://[", "STATUS:CANCELLED", "SEQUENCE:x",
         "RRULE:FREQ=NEVER", ";", "X", ":", "BEGIN:VTIMEZONE", "END:VTIMEZONE", "DTSTART:20270201\r\nDTSTART:20270301"]
    ),
    max_size=14,
)  # fmt: skip


@UNTIMED
@pytest.mark.django_db
@given(LINES, st.sampled_from(["deadline", "period"]))
def test_any_calendar_is_read_or_refused(lines, reading):
    data = "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR"]).encode()
    try:
        told = read("icalendar", data, options={"reading": reading})
    except UnreadableSource:
        return
    assert not told.entries


@UNTIMED
@given(st.binary(max_size=60) | st.text(max_size=60).map(feed))
@pytest.mark.django_db
def test_any_bytes_are_read_as_a_feed_or_refused(data):
    try:
        assert not read("atom", data).entries
    except UnreadableSource:
        return


@pytest.mark.django_db
def test_the_forms_know_the_schemes_of_the_portal():
    scheme()
    form = kind_of(source("icalendar")).form_class(
        {"scheme": "essais/relance", "reading": "period", "mapping": "a = essais"}
    )
    assert form.is_valid(), form.errors
    assert kind_of(source("icalendar")).settings(form.cleaned_data) == (
        {"scheme": "essais/relance", "reading": "period"}, {"a": "essais"},
    )  # fmt: skip
    for bad in ({"scheme": "rien"}, {"scheme": "essais/rien"}, {"mapping": "a = rien"}):
        assert not kind_of(source("atom")).form_class(bad).is_valid()
