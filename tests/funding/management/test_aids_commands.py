"""`import_aids` and `export_aids`, as a person types them."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from funding.models import Scheme
from tests.funding.drafts import published
from tests.funding.national_schema.files import file, key, row

SOURCE = "Essai national"


def run(path, *options) -> str:
    out = io.StringIO()
    call_command("import_aids", str(path), "--source", SOURCE, *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def aids(tmp_path):
    path = tmp_path / "aides.csv"
    path.write_bytes(file(row(1), row(2, id="DSP1"), row(3, eligibilite_geographique="REG-76|COM-987")))
    return path


def test_the_plan_is_shown_and_nothing_is_written(db, aids):
    said = run(aids)
    assert (
        "Ligne 3, refusée : Aide aux essais n° 2\n    Identifiant (id) : « dsp1 » n’est pas un identifiant UUID."
        in said
    )
    assert "Ligne 4, nouveau : Aide aux essais n° 3" in said
    assert "lieux inconnus du portail, non repris : COM-987" in said
    assert "Lignes : 2 nouvelles, 1 refusée." in said
    assert said.endswith("Rien n’est écrit : relancez avec --write pour appliquer ce plan.\n")
    assert not Scheme.objects.filter(source_name=SOURCE).exists()


def test_it_is_written_when_told_to_and_once(db, aids):
    assert "Import écrit : 2 dispositifs créés." in run(aids, "--write")
    assert run(aids, "--write").endswith("Lignes : 2 sans changement, 1 refusée.\nIl n’y a rien à écrire.\n")


def test_publication_on_demand(db, aids):
    assert "2 dispositifs publiés." in run(aids, "--write", "--publish")
    assert Scheme.objects.get(source_key=key(1)).state == "published"


@pytest.mark.parametrize("content", [b"", b"a;b\n1;2\n", file(row(1))[:900]])
def test_a_bad_file_is_refused_in_a_sentence(db, tmp_path, content):
    path = tmp_path / "aides.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match="Le fichier est refusé, rien n’est écrit"):
        run(path, "--write")
    with pytest.raises(CommandError, match="ne s’ouvre pas"):
        run(tmp_path / "absent.csv")


def test_files_are_written_whole(db, tmp_path):
    published({"slug": "aide-maison"})
    target = tmp_path / "aides.json"
    call_command("export_aids", "--format", "json", "--output", str(target), stderr=io.StringIO())
    assert "aide-maison" in {item["identifiant"] for item in json.loads(target.read_text())["dispositifs"]}
    assert [path.name for path in tmp_path.iterdir()] == ["aides.json"]
    out = io.StringIO()
    call_command("export_aids", "--format", "csv", stdout=out)
    assert "aide-maison" in out.getvalue()
    with pytest.raises(CommandError, match="ne s’écrit pas"):
        call_command("export_aids", "--output", str(tmp_path / "absent" / "aides.csv"))
