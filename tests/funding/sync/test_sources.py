from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from funding.enums import Rhythm
from funding.sync.sources import save_source
from tests.funding.sync.makers import AT, days, read, row, source

GIVEN = {"name": "Région", "slug": "region", "kind": "national_csv", "url": "https://exemple.fr/a.csv"}


def test_a_new_source_is_due_at_once_and_a_stopped_rhythm_never(db):
    given = save_source(values=GIVEN | {"rhythm": Rhythm.DAILY}, at=AT)
    assert given.next_run_at == AT
    assert save_source(values={"rhythm": Rhythm.MANUAL}, source_id=given.pk, at=AT).next_run_at is None
    assert save_source(values={"licence": "Licence Ouverte"}, source_id=given.pk, at=days(1)).next_run_at is None
    assert save_source(values={"rhythm": Rhythm.HOURLY}, source_id=given.pk, at=days(2)).next_run_at == days(2)


def test_what_changes_the_reading_makes_the_next_one_whole(db):
    given = source(etag='"1"', content_digest="a" * 64, url="https://exemple.fr/a.csv")
    same = save_source(values={"licence": "Licence Ouverte"}, source_id=given.pk, at=AT)
    assert (same.etag, same.content_digest) == ('"1"', "a" * 64)
    changed = save_source(values={"mapping": {"name": "Nom"}}, source_id=given.pk, at=AT)
    assert (changed.etag, changed.content_digest) == ("", "")


def test_a_name_that_schemes_bear_does_not_change(db):
    given = source()
    save_source(values={"name": "Autre nom"}, source_id=given.pk, at=AT)
    save_source(values={"name": given.name}, source_id=given.pk, at=AT)
    read(given, row(1), at=AT + timedelta(minutes=1))
    with pytest.raises(ValidationError, match="ne change plus"):
        save_source(values={"name": "Autre nom"}, source_id=given.pk, at=AT)


def test_a_rhythm_needs_an_address(db):
    with pytest.raises(ValidationError, match="Sans adresse"):
        save_source(values={**GIVEN, "url": "", "rhythm": Rhythm.DAILY}, at=AT)


@pytest.mark.parametrize("url", ["https://moi:secret@exemple.fr/a.csv", "https://jeton@exemple.fr/a.csv"])
def test_a_secret_has_no_place_in_an_address(db, url):
    with pytest.raises(ValidationError, match="nommez un secret") as refused:
        save_source(values=GIVEN | {"url": url}, at=AT)
    assert "url" in refused.value.message_dict
