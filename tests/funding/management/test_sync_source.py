"""`sync_source`, as a person types it."""

import io

import pytest
from django.core.management import CommandError, call_command

from funding.models import Scheme
from tests.funding.sync.makers import NAME, file, row, source


def run(*options) -> str:
    out = io.StringIO()
    call_command("sync_source", *map(str, options), stdout=out)
    return out.getvalue()


@pytest.fixture
def aids(db, tmp_path):
    source()
    path = tmp_path / "aides.csv"
    path.write_bytes(file(row(1), row(2), row(3, titre="")))
    return path


def test_a_dry_run_shows_everything_and_writes_nothing(aids):
    said = run("region-essai", "--dry-run", "--file", aids)
    assert "Nouveau : Aide aux essais n° 1" in said
    assert said.endswith("À blanc : rien n’est écrit. Entrées : 2 nouvelles, 1 refusée.\n")
    assert not Scheme.objects.filter(source_name=NAME).exists()


def test_it_writes_then_warns_of_an_answer_that_is_much_shorter(aids):
    assert run("region-essai", "--file", aids).endswith("Appliquée. Entrées : 2 nouvelles, 1 refusée.\n")
    aids.write_bytes(file(row(1, titre="Autre nom")))
    with pytest.raises(CommandError, match="Rien n’est fermé"):
        run("region-essai", "--file", aids)
    said = run("region-essai", "--file", aids, "--accept-shorter")
    assert "N’est plus publié : Aide aux essais n° 2" in said


def test_what_cannot_be_read_is_said_in_a_sentence(aids, tmp_path):
    with pytest.raises(CommandError, match=r"« zut »\. Sources connues : region-essai"):
        run("zut")
    with pytest.raises(CommandError, match="ne s’ouvre pas"):
        run("region-essai", "--file", tmp_path / "absent.csv")
    with pytest.raises(CommandError, match="n’a pas d’adresse"):
        run("region-essai")
