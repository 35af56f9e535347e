"""ProConnect's three settings go together."""

import os

from tests.forks import Answer, run_under

ALL = {
    "PROCONNECT_CLIENT_ID": "portail",
    "PROCONNECT_CLIENT_SECRET": "secret",
    "PROCONNECT_SERVER_URL": "https://fca.test/api/v2",
}
SHOW = (
    "from ti_portal.settings.integrations import accounts as a; print(a.SOCIALACCOUNT_PROVIDERS['proconnect']['APPS'])"
)


def start(*cases: dict[str, str]) -> list[Answer]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PROCONNECT")}
    return run_under(SHOW, [kept | variables for variables in cases])


def test_all_three_make_the_provider_and_none_makes_none():
    none, everything = start({}, ALL)

    assert none.stdout.strip() == "[]"
    assert "https://fca.test/api/v2" in everything.stdout
    assert "'client_id': 'portail'" in everything.stdout


def test_a_missing_one_stops_the_start_and_is_named():
    answers = start(*({name: value for name, value in ALL.items() if name != missing} for missing in ALL))

    for missing, answer in zip(ALL, answers, strict=True):
        assert answer.returncode != 0
        assert f"{missing} manque" in answer.stderr
        assert "secret" not in answer.stderr.replace("CLIENT_SECRET", "").replace('"secret"', "")
