"""The register of firms, asked for real over HTTP: a server of this machine that answers well or badly."""

import threading
import time

import httpx
import pytest
from django.core.cache import cache

from funding.firms import client
from funding.firms.client import Problem
from tests.funding.firms.register import SIRET, answer, serving

REAL_PATIENCE = {"DEADLINE": client.DEADLINE, "TIMEOUTS": client.TIMEOUTS}


@pytest.fixture
def register(settings, monkeypatch):
    """A server; the client waits for it, even on a busy machine, where a test does not ask for its real patience."""
    monkeypatch.setattr(client, "DEADLINE", 60.0)
    monkeypatch.setattr(client, "TIMEOUTS", httpx.Timeout(60.0))
    with serving() as register:
        settings.FIRMS_API_URL = register.url
        yield register


def test_a_firm_is_read_and_kept_a_day_without_its_people(register):
    found = client.look_up(SIRET).firm
    assert (found.name, found.naf, found.legal_category, found.staff_band) == (
        "ELECTRICITE DE FRANCE (EDF)",
        "25.62B",
        "5710",
        "12",
    )
    assert (found.audience, found.commune, found.turnover, found.turnover_year) == ("firm", "30007", 6_200_000, "2023")
    assert client.look_up(SIRET).firm == found
    assert len(register.asked) == 1
    assert f"q={SIRET}" in register.asked[0]
    assert "SECRET" not in str(cache.get(f"firms:{SIRET}"))
    assert 23 * 3600 < cache.ttl(f"firms:{SIRET}") <= 24 * 3600 if hasattr(cache, "ttl") else True


def test_an_unknown_siret_is_not_asked_twice(register):
    register.body = b'{"results": [], "total_results": 0}'
    assert client.look_up(SIRET).problem == Problem.NOT_FOUND
    assert client.look_up(SIRET).problem == Problem.NOT_FOUND
    assert len(register.asked) == 1


@pytest.mark.parametrize("behaviour", ["hang", "drip"])
def test_a_server_that_does_not_end_is_left_after_a_few_seconds(register, monkeypatch, behaviour):
    for name, value in REAL_PATIENCE.items():
        monkeypatch.setattr(client, name, value)
    assert client.DEADLINE < 3
    register.behaviour = behaviour
    begin = time.monotonic()
    assert client.look_up(SIRET).problem == Problem.UNAVAILABLE
    assert time.monotonic() - begin < 30, "it would have answered after a minute or more"
    # And the next person does not pay them again.
    assert client.look_up(SIRET).problem == Problem.BUSY
    assert len(register.asked) == 1


def test_a_closed_door_is_said(settings):
    settings.FIRMS_API_URL = "http://127.0.0.1:9/search"
    assert client.look_up(SIRET).problem == Problem.UNAVAILABLE


def test_after_a_429_nobody_asks_until_the_time_it_gave(register):
    register.status, register.headers = 429, {"Retry-After": "100"}
    assert client.look_up(SIRET).problem == Problem.BUSY
    register.status, register.headers = 200, {}
    assert client.look_up(SIRET).problem == Problem.BUSY
    assert len(register.asked) == 1
    pause = cache.make_key("firms:pause")
    assert 30 < cache._cache.get_client().ttl(pause) <= 100
    cache.delete("firms:pause")
    assert client.look_up(SIRET).firm


@pytest.mark.parametrize("value", ["", "soon", "-1", "99999999999", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_an_odd_retry_after_waits_a_bounded_time(value):
    assert 1 <= client._retry_after(value) <= client.LONGEST_PAUSE


def test_a_server_error_makes_everybody_wait(register):
    register.status = 500
    assert client.look_up(SIRET).problem == Problem.UNAVAILABLE
    register.status = 200
    assert client.look_up(SIRET).problem == Problem.BUSY


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><p>maintenance</p>",
        b"",
        b"null",
        b"[]",
        b'{"results": null}',
        b'{"results": {"siren": 1}}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"erreur": "parametre"}',
    ],
)
def test_what_is_no_answer_is_said_malformed(register, body):
    register.body = body
    assert client.look_up(SIRET).problem == Problem.MALFORMED


def test_half_an_answer_is_no_answer(register):
    register.behaviour = "half"
    assert client.look_up(SIRET).problem == Problem.UNAVAILABLE


def test_a_huge_answer_is_not_read_to_its_end(register):
    register.body = answer(nom_complet="A" * 5_000_000)
    assert client.look_up(SIRET).problem == Problem.MALFORMED


@pytest.mark.parametrize("status", [301, 400, 404])
def test_other_statuses_are_no_answer(register, status):
    register.status, register.headers = status, {"Location": "http://127.0.0.1:9/elsewhere"}
    assert client.look_up(SIRET).problem == Problem.MALFORMED
    assert len(register.asked) == 1


def test_all_processes_together_ask_seven_times_a_second(register, monkeypatch):
    begin = time.time()
    monkeypatch.setattr(client.time, "time", lambda: begin)
    register.body = b'{"results": []}'
    found = []
    sirets = [f"{number:014d}" for number in range(20)]
    threads = [threading.Thread(target=lambda s=siret: found.append(client.look_up(s).problem)) for siret in sirets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found.count(Problem.NOT_FOUND) <= client.PER_SECOND
    assert len(register.asked) <= client.PER_SECOND
    assert found.count(Problem.BUSY) >= 13
