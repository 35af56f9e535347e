"""Real programmes subscribe: vdirsyncer reads the feed of a real server, khal shows what it holds."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections

from funding import schemes
from funding.calendars import feeds, personal
from funding.catalogue import loading
from funding.models import Follow
from funding.subscribers import at_address
from tests.funding.calendars.rounds import CLOSES, LATER, a_call, a_round, only_round, rewrite, with_calls

VDIRSYNCER = """
[general]
status_path = "{folder}/status"
[pair aides]
a = "portal"
b = "mine"
collections = null
conflict_resolution = "a wins"
[storage portal]
type = "http"
url = "{url}"
[storage mine]
type = "filesystem"
path = "{folder}/events"
fileext = ".ics"
"""
KHAL = """
[calendars]
[[aides]]
path = {folder}/events
readonly = True
[sqlite]
path = {folder}/khal.db
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = Europe/Paris
default_timezone = Europe/Paris
"""


@pytest.fixture
def address(db) -> Iterator[str]:
    """A server on the loopback that sees what the test has written and not committed."""
    loading.forget()
    feeds._kept.clear()
    shared = connections["default"]
    shared.inc_thread_sharing()
    # As Django's own test client does: the end of a request would close the transaction of the test.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    server = make_server("127.0.0.1", 0, WSGIHandler(), handler_class=_Silent)

    def serve() -> None:
        connections["default"] = shared
        server.serve_forever(poll_interval=0.05)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    shared.dec_thread_sharing()


class _Silent(WSGIRequestHandler):
    def log_message(self, *args) -> None:
        """The journal of the test is for what fails."""


@pytest.fixture
def agenda(tmp_path) -> Callable[[str], list[str]]:
    """`agenda(url)`: subscribe or read again, then the lines that khal shows of the years 2027 and 2028."""

    def read(url: str) -> list[str]:
        (tmp_path / "events").mkdir(exist_ok=True)
        (tmp_path / "vdirsyncer").write_text(VDIRSYNCER.format(folder=tmp_path, url=url))
        (tmp_path / "khal").write_text(KHAL.format(folder=tmp_path))
        _run(tmp_path, "vdirsyncer", "-c", "vdirsyncer", "discover", "aides")
        _run(tmp_path, "vdirsyncer", "-c", "vdirsyncer", "sync", "--force-delete", "aides")
        template = "{start-date} {start-time} {title} {status}{alarm-symbol}"
        listed = _run(
            tmp_path, "khal", "-c", "khal", "list", "--day-format", "", "--format", template, "2027-01-01", "730d"
        )
        return sorted({line.strip() for line in listed.splitlines() if line.strip()})

    return read


def _run(folder: Path, program: str, *arguments: str) -> str:
    environment = {**os.environ, "HOME": str(folder), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
    environment |= {"XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
    command = [str(Path(sys.executable).parent / program), *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_subscription_follows_a_move_and_a_deletion(address, agenda, time_machine):
    time_machine.move_to(LATER, tick=False)
    scheme = with_calls(a_call(a_round(label="1re relève ; déchets, eaux")))
    url = f"{address}/aides/{scheme.slug}/calendrier.ics"
    assert agenda(url) == [
        "2027-01-04  Ouverture\xa0: AMI Transitions – 1re relève\xa0; déchets, eaux CONFIRMED",
        "2027-03-31 12:00 Clôture\xa0: AMI Transitions – 1re relève\xa0; déchets, eaux CONFIRMED",
    ]
    rewrite(scheme, a_call(a_round(closes_at=CLOSES + timedelta(days=15))))
    assert agenda(url)[-1] == "2027-04-15 12:00 Clôture\xa0: AMI Transitions CONFIRMED"
    schemes.save_call(
        scheme_id=scheme.pk,
        call_id=scheme.calls.get().pk,
        values={"rounds": [], "is_permanent": True},
        actor=None,
        at=LATER + timedelta(hours=1),
    )
    assert agenda(url) == [
        "2027-01-04  Annulé – Ouverture\xa0: AMI Transitions CANCELLED",
        "2027-04-15 12:00 Annulé – Clôture\xa0: AMI Transitions CANCELLED",
    ]


def test_a_subscription_of_ones_own_rings(address, agenda, time_machine):
    time_machine.move_to(LATER, tick=False)
    scheme = with_calls(a_call(a_round(closes_at=CLOSES, zone="America/Cayenne")))
    subscriber = at_address(email="claire@exemple.test", at=LATER)
    Follow.objects.create(subscriber=subscriber, scheme=scheme, created_at=LATER, confirmed_at=LATER)
    token = personal.open_feed(subscriber_id=subscriber.pk)
    closing = agenda(f"{address}/calendriers/{token}.ics")[-1]
    # Told in the zone of the reader.
    assert closing.startswith("2027-03-31 12:00 Clôture\xa0: AMI Transitions")
    assert closing.endswith("⏰")
    assert only_round(scheme).closes_at == CLOSES
