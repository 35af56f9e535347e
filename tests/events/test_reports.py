"""Reports: frozen, numbered, and never the same twice."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from events import reports
from events.models import Event, Report, ReportText
from tests.at_once import at_once
from tests.events.people import NOW, event


def over(**changes) -> Event:
    return event(state="finished", starts_at=NOW - timedelta(days=2), ends_at=NOW - timedelta(days=1), **changes)


def publish(where: Event) -> Report:
    return reports.publish_report(event_id=where.pk, actor=None, at=NOW)


@pytest.mark.django_db
def test_the_same_content_is_refused_and_another_is_the_next_version():
    where = over(recording_code="sésame", attendance="Cent personnes")
    assert publish(where).number == 1
    with pytest.raises(ValidationError, match="Rien n’a changé depuis la version 1"):
        publish(where)
    ReportText.objects.create(event=where, after="start", text="<p>Bienvenue</p>")
    assert publish(where).number == 2
    ReportText.objects.all().delete()
    assert publish(where).number == 3  # the content of the first version, no longer in force
    assert Report.objects.filter(event=where).count() == 3


def test_published_many_times_at_once_it_is_one_version(committed_db):
    where = over()
    given = at_once(*[lambda: publish(where)] * 4)
    assert [one.number for one in given if isinstance(one, Report)] == [1]
    refused = [one for one in given if isinstance(one, ValidationError)]
    assert [one.messages for one in refused] == [["Rien n’a changé depuis la version 1."]] * 3
