from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from funding import schemes
from funding.enums import ProposalState, Rhythm, RunState, RunTrigger
from funding.models import Proposal, Round, Scheme, Source, SyncLine, SyncRun
from funding.sources.kinds import KINDS
from funding.sources.national_csv import NationalCsv
from funding.sync import runs
from funding.sync.runs import LEASE, File, give_up_lost, read_if_due, run_source, start
from funding.sync.sources import save_source
from tests.funding.sync.makers import ADDRESS, AT, NAME, days, file, key, outcomes, read, row, scheme, source


def counted(run: SyncRun) -> dict:
    return {name: count for name, count in run.counts.items() if count}


def test_new_schemes_wait_for_validation_and_saying_the_same_again_writes_nothing(db):
    given = source()
    run = read(given, row(1), row(2), row(3, titre=""))
    assert (run.state, counted(run)) == (RunState.APPLIED, {"entries": 3, "new": 2, "refused": 1})
    assert [outcome for outcome, _ in outcomes(run)] == ["new", "new", "refused"]
    assert {scheme(1).state, scheme(2).state} == {"to_validate"}
    assert run.lines.get(position=1).scheme == scheme(1)
    before = list(Scheme.objects.order_by("pk").values())
    again = read(given, row(1), row(2), row(3, titre=""), at=days(1))
    assert counted(again) == {"entries": 3, "unchanged": 2, "refused": 1}
    assert list(Scheme.objects.order_by("pk").values()) == before


def test_a_source_that_publishes_publishes_what_is_complete(db):
    bare = '[{"nom":"CENTRE D’ESSAI","siren":"","roles":["instructeur"]}]'
    run = read(source(publishes=True), row(1), row(2, porteurs=bare))
    assert run.counts["published"] == 1
    assert (scheme(1).state, scheme(2).state) == ("published", "to_validate")
    assert run.lines.get(title__endswith="2").remarks == ["Reste à valider : Dites qui finance."]


def test_a_dry_run_shows_all_and_writes_nothing_but_itself(db):
    given = source()
    read(given, row(1))
    known = Source.objects.get()
    run = read(given, row(1, titre="Autre nom"), row(2), dry_run=True)
    assert (run.state, counted(run)) == (RunState.PLANNED, {"entries": 2, "new": 1, "changed": 1})
    (change,) = run.lines.get(outcome="changed").fields
    assert change == {"name": "name", "label": "nom", "before": "Aide aux essais n° 1", "after": "Autre nom"}
    assert Scheme.objects.filter(source_name=NAME).count() == 1
    assert Source.objects.values().get() == {**Source.objects.values().get(), "last_count": known.last_count}
    assert not Proposal.objects.exists()


def test_a_closed_call_that_opens_again_gets_a_new_round_and_keeps_its_past(db):
    given = source(publishes=True)
    read(given, row(1, date_ouverture="2026-01-05", date_cloture="2026-06-30"), at=days(-300))
    call = scheme().calls.get()
    run = read(given, row(1, date_ouverture="2027-01-05", date_cloture="2027-06-30"))
    assert [outcome for outcome, _ in outcomes(run)] == ["reopened"]
    assert run.lines.get().remarks == ["Nouvelle relève : les précédentes sont gardées."]
    closings = Round.objects.filter(call=call).order_by("closes_at").values_list("closes_at__year", "opens_at__year")
    assert list(closings) == [(2026, 2026), (2027, 2027)]
    assert read(given, row(1, date_ouverture="2027-01-05", date_cloture="2027-06-30")).counts["unchanged"] == 1


def test_a_closing_that_the_source_publishes_is_written(db):
    given = source()
    read(given, row(1, date_cloture="2027-01-31"))
    run = read(given, row(1, date_cloture="2026-11-20"))
    assert counted(run) == {"entries": 1, "changed": 1, "closed": 1}
    assert [outcome for outcome, _ in outcomes(run)] == ["closed"]


def test_what_vanishes_is_proposed_to_be_archived_and_stays_public(db):
    given = source(publishes=True)
    rows = [row(number) for number in range(1, 7)]
    read(given, *rows)
    run = read(given, *rows[1:])
    assert outcomes(run) == [("vanished", "Aide aux essais n° 1")]
    assert scheme(1).state == "published"
    proposal = Proposal.objects.get()
    assert (proposal.scheme, proposal.field, proposal.payload) == (scheme(1), "state", "archived")
    read(given, *rows)
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.SUPERSEDED


@pytest.mark.parametrize("kept", [0, 1, 4])
def test_an_answer_a_fifth_shorter_closes_nothing_warns_and_is_not_the_new_measure(db, kept):
    given = source(publishes=True)
    rows = [row(number, date_cloture="2027-01-31") for number in range(1, 6)]
    read(given, *rows)
    closing = [row(number, date_cloture="2026-11-20") for number in range(1, kept + 1)]
    run = read(given, *closing)
    assert run.state == RunState.GUARDED
    assert run.warnings
    assert not Proposal.objects.exists()
    assert not Round.objects.filter(closes_at__lt=AT, call__scheme__source_name=NAME).exists()
    given.refresh_from_db()
    assert given.last_count == 5
    if kept:
        assert read(given, *closing, accept_shorter=True).state == RunState.APPLIED
        assert Round.objects.filter(closes_at__lt=AT, call__scheme__source_name=NAME).count() == kept
        assert Proposal.objects.filter(field="state").count() == 5 - kept


def test_an_answer_that_cannot_be_read_ends_in_a_sentence_and_is_kept(db):
    given = source(rhythm=Rhythm.DAILY, url=ADDRESS)
    page = File(b"<!DOCTYPE html><p>Maintenance", "page.html", "text/html")
    run = run_source(source_id=given.pk, trigger=RunTrigger.UPLOAD, at=AT, content=page)
    assert run.state == RunState.GUARDED
    assert "page web" in run.warnings[0]
    given.refresh_from_db()
    assert (given.failures, given.next_run_at > AT) == (1, True)
    assert SyncRun.objects.get().raw_size == len(page.data)


def test_one_entry_that_a_use_case_refuses_does_not_hold_up_the_others(db):
    given = source(publishes=True)
    read(given, row(1), row(2))
    bare = '[{"nom":"CENTRE D’ESSAI","siren":"","roles":["diffuseur"]}]'
    run = read(given, row(1, porteurs=bare), row(2, titre="Nouveau nom"))
    assert [outcome for outcome, _ in outcomes(run)] == ["refused", "changed"]
    assert run.lines.get(outcome="refused").remarks[0] == "Dites qui finance."
    assert (scheme(2).name, run.counts["failed"]) == ("Nouveau nom", 1)


def test_a_run_is_alone_for_its_source_until_its_lease_ends(db):
    given = source()
    dead = start(source_id=given.pk, trigger=RunTrigger.UPLOAD, at=AT, content=File(file(row(1))))
    with pytest.raises(ValidationError, match="déjà en cours"):
        read(given, row(1), at=AT + timedelta(minutes=1))
    run = read(given, row(1), at=AT + LEASE)
    dead.refresh_from_db()
    assert (dead.state, run.state) == (RunState.LOST, RunState.APPLIED)
    # The one that was believed dead wakes up: it writes nothing.
    before = SyncLine.objects.count()
    assert runs.carry_out(run_id=dead.pk, at=AT + LEASE).state == RunState.LOST
    assert SyncLine.objects.count() == before


@pytest.fixture
def meanwhile(monkeypatch):
    """`meanwhile(what)`: a kind of source during whose reading something else happens."""

    def kind(what) -> str:
        class Meanwhile(NationalCsv):
            def read(self, data, source, at=None):
                what()
                return super().read(data, source, at)

        monkeypatch.setitem(KINDS, "meanwhile", Meanwhile())
        return "meanwhile"

    return kind


def test_a_run_given_up_while_it_read_writes_nothing(db, meanwhile):
    given = source(kind=meanwhile(lambda: give_up_lost(at=AT + LEASE)))
    assert read(given, row(1)).state == RunState.LOST
    assert not Scheme.objects.filter(source_name=NAME).exists()


def test_a_lost_run_makes_its_source_due_again_later(db):
    given = source(rhythm=Rhythm.DAILY, url=ADDRESS, next_run_at=AT)
    start(source_id=given.pk, trigger=RunTrigger.SCHEDULE, at=AT)
    assert give_up_lost(at=AT + LEASE - timedelta(seconds=1)) == 0
    assert give_up_lost(at=AT + LEASE) == 1
    given.refresh_from_db()
    assert (given.failures, given.next_run_at) == (1, AT + LEASE + timedelta(minutes=15))


def test_a_doorbell_that_rings_twice_reads_once(db):
    given = source(rhythm=Rhythm.DAILY, url=ADDRESS, next_run_at=AT - timedelta(days=3))
    assert read_if_due(source_id=given.pk, at=AT).state == RunState.FAILED  # nothing listens there
    assert read_if_due(source_id=given.pk, at=AT) is None
    assert SyncRun.objects.count() == 1


def test_a_source_without_address_is_not_read(db):
    with pytest.raises(ValidationError, match="pas d’adresse"):
        run_source(source_id=source().pk, trigger=RunTrigger.BUTTON, at=AT)


def test_what_a_person_wrote_by_hand_is_left_alone_and_proposed(db):
    given = source()
    read(given, row(1))
    schemes.save_scheme(scheme_id=scheme().pk, values={"summary": "À la main"}, actor=None, at=AT)
    run = read(given, row(1, titre="Nouveau nom"))
    assert [outcome for outcome, _ in outcomes(run)] == ["changed", "proposed"]
    assert (scheme().name, scheme().summary) == ("Nouveau nom", "À la main")
    assert Proposal.objects.get(scheme=scheme()).field == "summary"
    assert key(1) == run.lines.get(outcome="proposed").key


def test_a_source_set_anew_while_it_was_read_is_read_again_whole(db, meanwhile):
    def set_anew():
        save_source(source_id=given.pk, values={"options": {"query": "autre"}}, at=AT)

    given = source(kind=meanwhile(set_anew))
    assert read(given, row(1)).state == RunState.APPLIED
    given.refresh_from_db()
    assert (given.content_digest, given.last_count) == ("", 1)
