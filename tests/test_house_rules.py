"""House rules that no linter knows."""

import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[1]
TOP_LEVEL = {
    "Dockerfile", "LICENSE", "Makefile", "README.md", "docker-compose.yml", "docs", "events", "funding", "manage.py",
    "publiccode.yml", "pyproject.toml", "requirements.lock", "static", "templates", "territories", "tests", "ti_portal",
    "CONTRIBUTING.md",
}  # fmt: skip
LAYERS = ["core", "accounts", "territories", "funding", "events"]


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_nothing_else_at_the_top():
    top = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL


def test_python_files_stay_under_four_hundred_lines():
    long = {
        str(path.relative_to(ROOT)): count
        for path in tracked("*.py")
        if "/migrations/" not in str(path) and (count := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_no_test_empties_the_database_of_its_process():
    """pytest-django's transactional tests truncate all tables: the next finds no France. `committed_db` is cloned."""
    emptying = re.compile(r"transaction=True|\btransactional_db\b|TransactionTestCase")
    others = [path for path in tracked("tests/*.py") if path != Path(__file__)]
    assert [str(path.relative_to(ROOT)) for path in others if emptying.search(path.read_text())] == []


def test_locks_are_pinned_with_hashes_and_name_no_index():
    for name in ("requirements.lock", "tests/requirements.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        pinned = re.findall(r"^([a-z0-9][\w.-]*)(?:\[[\w,]+\])?==\S+ \\\n    --hash=sha256:", text, re.MULTILINE)
        named = re.findall(r"^[a-z0-9][\w.-]*", text, re.MULTILINE)
        assert pinned == named


def test_runtime_lock_is_part_of_the_test_lock():
    def versions(name: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9][\w.\[\],-]*==\S+", (ROOT / name).read_text(), re.MULTILINE))

    assert versions("requirements.lock") <= versions("tests/requirements.lock")


@pytest.mark.parametrize("pattern", [r"\sstyle=\"", r"<style\b", r"\son(click|change|submit|load)=", r"javascript:"])
def test_templates_hold_no_inline_style_or_script(pattern):
    found = [str(path.relative_to(ROOT)) for path in tracked("templates/*") if re.search(pattern, path.read_text())]
    assert found == []


def test_script_tags_of_templates_have_a_source_or_hold_data():
    for path in tracked("templates/*"):
        for tag in re.findall(r"<script\b[^>]*>", path.read_text()):
            assert "src=" in tag or 'type="application/json"' in tag, f"{path}: {tag}"


def test_a_lower_app_never_points_at_an_upper_one():
    """Foreign keys follow the imports. An import checker cannot see a model named in a string."""
    for model in apps.get_models():
        app = model._meta.app_label
        if app not in LAYERS:
            continue
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete and field.related_model:
                target = field.related_model._meta.app_label
                assert target not in LAYERS or LAYERS.index(target) <= LAYERS.index(app), f"{model} → {target}"


def test_models_have_no_default_ordering():
    ours = [model for model in apps.get_models() if model._meta.app_label in LAYERS]
    assert ours
    assert [model for model in ours if model._meta.ordering and not model.__name__.startswith("Historical")] == []


def test_every_change_of_a_model_has_its_migration(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
