"""What a kind reads is written once: read again, the same answer changes nothing. Through the real runs of `sync`."""

import json
from datetime import timedelta

import pytest

from funding.enums import RunState, RunTrigger
from funding.models import Scheme, Source
from funding.sources.kinds import KINDS
from funding.sync.runs import File, run_source
from tests.funding.drafts import AT, published
from tests.funding.national_schema.files import file, row
from tests.funding.sources.api import PERIMETERS, aid
from tests.funding.sources.test_deadlines import calendar, scheme
from tests.funding.sources.test_spreadsheet import MAPPING, ROW, csv

pytestmark = pytest.mark.django_db

AIDS = [
    aid(1),
    aid(2, perimeter="Alès", perimeter_scale="commune", recurrence="Permanente"),
    aid(
        3, start_date=None, submission_deadline=None, targeted_audiences=["Agriculteurs", "Martiens"], loan_amount=9_000
    ),
    aid(
        4, aid_types=["Prêt"], subvention_rate_upper_bound=None, subvention_rate_lower_bound=None, loan_amount="10000.5"
    ),
    aid(5, perimeter="Métropole", perimeter_scale="Métropole", predeposit_date="2026-12-01", is_charged=True),
    aid(
        6, description="<p>" + "long & " * 9_000 + "</p>", programs=["p" * 150, "q" * 150], origin_url="http://exemple"
    ),
    {"id": 7, "name": "Nue", "perimeter": "France"},
]
ANSWERS = {
    "aides_territoires": (
        json.dumps({"aids": AIDS, "perimeters": PERIMETERS}).encode(), {"mapping": {"Métropole": "DEP-58"}},
    ),
    "aides_territoires_1": (
        json.dumps([aid(9, perimeter="Gard (Département)")]).encode(), {"mapping": {"Gard (Département)": "DEP-30"}},
    ),
    "national_csv": (file(row(1), row(2, date_cloture="2027-02-01")), {}),
    "spreadsheet": (csv(ROW, ["A2", "Autre", *ROW[2:]]), {"mapping": MAPPING}),
}  # fmt: skip


def run(source: Source, data: bytes, days: int, **sent):
    return run_source(
        source_id=source.pk,
        trigger=RunTrigger.UPLOAD,
        at=AT + timedelta(days=days),
        content=File(data, "reponse"),
        **sent,
    )


@pytest.mark.parametrize("kind", sorted(ANSWERS))
def test_the_same_answer_read_twice_changes_nothing(kind):
    data, values = ANSWERS[kind]
    source = Source.objects.create(name="Essai de source", slug="essai-de-source", kind=kind, rhythm="manual", **values)
    first = run(source, data, 0)
    lines = list(first.lines.values_list("outcome", "title", "remarks"))
    assert first.state == RunState.APPLIED, first.error
    assert first.counts["new"] == Scheme.objects.filter(source_name=source.name).count() > 0, lines
    assert first.counts["failed"] == 0, lines
    versions = set(Scheme.objects.filter(source_name=source.name).values_list("pk", "version"))
    second = run(source, data, 1)
    assert (second.counts["changed"], second.counts["new"], second.counts["vanished"]) == (0, 0, 0), list(
        second.lines.values_list("title", "fields")
    )
    assert second.counts["unchanged"] == first.counts["new"]
    assert set(Scheme.objects.filter(source_name=source.name).values_list("pk", "version")) == versions


def test_an_aid_that_moves_its_deadline_is_one_change():
    source = Source.objects.create(
        name="Essai de source", slug="essai-de-source", kind="aides_territoires", rhythm="manual"
    )
    run(source, json.dumps([aid(1, perimeter="France")]).encode(), 0)
    moved = run(source, json.dumps([aid(1, perimeter="France", submission_deadline="2027-04-30")]).encode(), 1)
    (line,) = moved.lines.all()
    assert (line.outcome, [field["name"] for field in line.fields]) == ("changed", ["calls"])
    # A text that is no longer told stays.
    silent = run(
        source, json.dumps([aid(1, perimeter="France", submission_deadline="2027-04-30", description=None)]).encode(), 2
    )
    assert silent.counts["changed"] == 0
    assert "utile" in Scheme.objects.get(source_name=source.name).description


@pytest.mark.parametrize("kind", ["icalendar", "atom"])
def test_a_feed_touches_nothing_but_dates(kind):
    found = scheme()
    other = published({"slug": "ailleurs"})
    source = Source.objects.create(
        name="Dates", slug="dates", kind=kind, rhythm="manual", options={"scheme": "essais"}
    )  # fmt: skip
    data = {
        "icalendar": calendar("UID:a\nSUMMARY:Clôture\nDTSTART;VALUE=DATE:20270415"),
        "atom": b'<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><id>u:1</id>'
        b"<title>Date limite : 15 avril 2027</title></entry></feed>",
    }[kind]
    first = run(source, data, 0)
    assert first.error == ""
    assert first.counts["vanished"] == first.counts["failed"] == 0
    assert first.counts["proposals"] + first.counts["changed"] >= 1
    names = {field["name"] for line in first.lines.all() for field in line.fields}
    assert names <= {"calls"}
    assert Scheme.objects.get(pk=other.pk).version == other.version
    assert Scheme.objects.get(pk=found.pk).name == found.name


def test_every_kind_is_tried():
    assert {*ANSWERS, "icalendar", "atom"} == set(KINDS)
