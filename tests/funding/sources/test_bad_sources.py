"""Drill: a source that was read well, then answers badly over real HTTP. Nothing is closed, lost or half-written."""

from dataclasses import asdict
from datetime import timedelta

import pytest

from funding.enums import RunState, RunTrigger
from funding.models import Scheme, Source
from funding.sync.runs import run_source
from tests.funding.drafts import AT
from tests.funding.fetching.servers import LIMITS, Answer, serving
from tests.funding.national_schema.files import file, row

pytestmark = pytest.mark.django_db
ROWS = [row(number, date_cloture="2027-03-31") for number in range(1, 6)]
GOOD = file(*ROWS)
MOVED = file(row(1, date_cloture="2027-04-30"), *ROWS[1:])
MEGABYTES = 50 * 1024 * 1024


@pytest.fixture
def server(settings):
    settings.SOURCES_ALLOW_PRIVATE_ADDRESSES = True
    settings.SOURCES_LIMITS = asdict(LIMITS)
    with serving() as served:
        yield served


def closings():
    rows = Scheme.objects.filter(source_name="Essai de source").order_by("source_key")
    return list(rows.values_list("source_key", "state", "version", "calls__rounds__closes_at"))


@pytest.fixture
def source(server):
    server.answers(Answer(GOOD, headers={"ETag": '"1"'}))
    held = Source.objects.create(
        name="Essai de source",
        slug="essai-de-source",
        kind="national_csv",
        rhythm="daily",
        url=server.url,
        next_run_at=AT,
    )
    assert read(held, 0).state == RunState.APPLIED
    assert len(closings()) == 5
    return held


def read(held: Source, days: int):
    return run_source(source_id=held.pk, trigger=RunTrigger.SCHEDULE, at=AT + timedelta(days=days))


BAD = {
    "hangs": (Answer(behaviour="hang"), RunState.FAILED, "temps imparti"),
    "sends 50 MB": (Answer(length=MEGABYTES, behaviour="drip"), RunState.FAILED, "taille admise"),
    "sends for ever": (Answer(behaviour="endless"), RunState.FAILED, "taille admise"),
    "sends a page": (
        Answer(b"<!doctype html><p>Maintenance", headers={"Content-Type": "text/html"}),
        RunState.FAILED,
        "page web",
    ),
    "sends half": (Answer(GOOD[: len(GOOD) // 2], length=len(GOOD)), RunState.FAILED, "avant la fin"),
    "is down": (Answer(status=500), RunState.FAILED, "panne"),
    "has gone": (Answer(status=404), RunState.FAILED, "plus de document"),
    "is busy": (Answer(status=429, headers={"Retry-After": "86400"}), RunState.FAILED, "attendre"),
    "sends nothing": (Answer(b""), RunState.GUARDED, "vide"),
    "sends noise": (Answer(b"\x00\x01\x02"), RunState.GUARDED, ""),
    "sends fewer rows": (Answer(file(*ROWS[:3])), RunState.GUARDED, ""),
    "sends another table": (Answer(b"titre;autre\n1;2\n"), RunState.GUARDED, "colonne"),
}


def test_bad_answers_close_nothing(server, source, settings):
    before, usual = closings(), settings.SOURCES_LIMITS
    for days, (name, (answer, state, sentence)) in enumerate(BAD.items(), start=1):
        settings.SOURCES_LIMITS = usual | ({"read": 0.3, "attempts": 2} if name == "hangs" else {})
        server.answers(answer)
        run = read(source, days)
        assert (run.state, closings()) == (state, before), name
        assert sentence in " ".join([run.error, *run.warnings]), name
    # The next good answer is read as if nothing had happened.
    server.answers(Answer(MOVED))
    again = read(source, 100)
    assert (again.state, again.counts["changed"]) == (RunState.APPLIED, 1)


def test_two_failures_then_an_answer_are_one_good_reading(server, source):
    server.answers(Answer(status=500), Answer(status=500), Answer(MOVED))
    run = read(source, 1)
    assert (run.state, run.counts["changed"], run.counts["unchanged"]) == (RunState.APPLIED, 1, 4)


def test_what_did_not_change_is_neither_sent_nor_read_again(server, source):
    server.respond = lambda request: Answer(status=304 if request.headers.get("if-none-match") == '"1"' else 500)
    assert read(source, 1).state == RunState.UNCHANGED
    # A server without validators that says the same is not read again either.
    server.answers(Answer(GOOD))
    assert read(source, 2).state == RunState.UNCHANGED


def test_the_server_has_the_last_word_on_when_to_come_back(server, source):
    server.answers(Answer(status=503, headers={"Retry-After": "86400"}))
    read(source, 1)
    source.refresh_from_db()
    assert source.next_run_at >= AT + timedelta(days=2)
    assert len(server.asked) == 2
