"""Reading the environment: a fault names itself, all faults at once, and no value is repeated."""

import os
from collections.abc import Callable

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.forks import Answer, run_under
from ti_portal.settings.environment import Environment

PRODUCTION = {
    "SECRET_KEY": "q8Zr-3vX_0pLm2" * 5,
    "ALLOWED_HOSTS": "portail.example.org",
    "SITE_URL": "https://portail.example.org",
    "DATABASE_URL": "postgresql://portal:secret@127.0.0.1:5432/portal",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_HOST": "smtp.example.org",
    "DEFAULT_FROM_EMAIL": "portail@example.org",
    "OPERATOR_NAME": "Délégation",
    "OPERATOR_ADDRESS": "1 rue de l’Industrie, Paris",
    "OPERATOR_HOST": "Hébergeur",
    "OPERATOR_CONTACT": "contact@example.org",
    "OPERATOR_PUBLISHER": "La déléguée",
    "OPERATOR_DPO": "dpo@example.org",
    "SECURITY_CONTACT": "securite@example.org",
}


@pytest.mark.parametrize(
    ("raw", "value"), [("oui", True), ("TRUE", True), ("1", True), ("non", False), ("0", False), ("off", False)]
)
def test_boolean_reads_french_and_english(raw, value):
    assert Environment({"X": raw}).boolean("X") is value


def test_default_is_used_when_empty():
    assert Environment({"X": "  "}).integer("X", 7) == 7


def test_pairs_are_read_and_a_bad_one_keeps_its_secret():
    assert Environment({}).pairs("X") == {}
    assert Environment({"X": " aides=a=b  region=c "}).pairs("X") == {"aides": "a=b", "region": "c"}
    for bad in ("secret", "=secret", "aides="):
        env = Environment({"X": bad})
        assert env.pairs("X") == {}
        assert "secret" not in env.problems[0]


def test_every_fault_is_named_at_once_and_no_value_is_repeated():
    env = Environment({"PORT": "eight thousand secrets", "URL": "ftp://somewhere"})
    env.integer("PORT")
    env.url("URL", ("https",))
    env.text("NAME")
    with pytest.raises(ImproperlyConfigured) as caught:
        env.check()
    message = str(caught.value)
    assert all(name in message for name in ("PORT", "URL", "NAME"))
    assert "secrets" not in message
    assert "somewhere" not in message


CHECK = """
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "check", "--deploy", "--fail-level", "WARNING"])
"""
BAD = {
    "SECRET_KEY": "short",
    "DATABASE_URL": "sqlite:///x.db",
    "REDIS_URL": "localhost:6379",
    "SITE_URL": "portail.example.org",
    "EMAIL_PORT": "smtp",
}
CASES: list[dict[str, str | None]] = [{}, *({name: None} for name in PRODUCTION), *({name: BAD[name]} for name in BAD)]


@pytest.fixture(scope="module")
def start() -> Callable[..., Answer]:
    """`start(NAME=value)`: Django started with the production settings and this environment; nothing else leaks in."""

    def environment(changes: dict[str, str | None]) -> dict[str, str]:
        values = {name: value for name, value in (PRODUCTION | changes).items() if value is not None}
        return {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "ti_portal.settings.production", **values}

    answers = run_under(CHECK, [environment(changes) for changes in CASES])
    known = {frozenset(changes.items()): answer for changes, answer in zip(CASES, answers, strict=True)}
    return lambda **changes: known[frozenset(changes.items())]


def test_production_starts_and_passes_the_deployment_checks(start):
    result = start()
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", sorted(PRODUCTION))
def test_a_missing_production_setting_stops_the_start_and_names_itself(start, name):
    result = start(**{name: None})
    assert result.returncode != 0
    assert f"{name} manque" in result.stderr


@pytest.mark.parametrize(("name", "value"), BAD.items())
def test_a_bad_production_setting_stops_the_start_and_names_itself(start, name, value):
    result = start(**{name: value})
    assert result.returncode != 0
    assert name in result.stderr.strip().splitlines()[-1]
    assert value not in result.stderr.strip().splitlines()[-1]
