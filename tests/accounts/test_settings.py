"""ProConnect's three settings go together."""

import os
import subprocess
import sys

import pytest

ALL = {
    "PROCONNECT_CLIENT_ID": "portail",
    "PROCONNECT_CLIENT_SECRET": "secret",
    "PROCONNECT_SERVER_URL": "https://fca.test/api/v2",
}
SHOW = (
    "from ti_portal.settings.integrations import accounts as a; print(a.SOCIALACCOUNT_PROVIDERS['proconnect']['APPS'])"
)


def start(variables: dict[str, str]) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PROCONNECT")} | variables
    return subprocess.run([sys.executable, "-c", SHOW], env=environment, capture_output=True, text=True, check=False)


def test_none_means_no_provider():
    assert start({}).stdout.strip() == "[]"


def test_all_three_make_the_provider():
    shown = start(ALL).stdout

    assert "https://fca.test/api/v2" in shown
    assert "'client_id': 'portail'" in shown


@pytest.mark.parametrize("missing", ALL)
def test_a_missing_one_stops_the_start_and_is_named(missing):
    answer = start({name: value for name, value in ALL.items() if name != missing})

    assert answer.returncode != 0
    assert f"{missing} manque" in answer.stderr
    assert "secret" not in answer.stderr.replace("CLIENT_SECRET", "").replace('"secret"', "")
