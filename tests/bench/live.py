"""The live room with thousands of people: each vote counted once, and how old what people see is.

With nginx in front (Debian's, with the micro-cache of `.docker/nginx.conf`) for 500, 2,000 and 5,000 people, and 1,000
people straight on the portal's own server.
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from events import live as fragments
from events import polls, rooms
from events.entrance import _KEY as ENTERED
from events.models import Event, Poll, PollOption, Registration
from tests.bench import server
from tests.bench.crowd import Person, Room, gather
from tests.bench.results import Measure, percentiles

BAR = "p95 ≤ 3 s, chaque vote compté une fois"
SECONDS = 60.0
CHANGES_EVERY = 4.0

NGINX = """
pid {folder}/nginx.pid; error_log {folder}/error.log warn; worker_processes 1; worker_rlimit_nofile 20000;
events {{ worker_connections 12000; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  keepalive_timeout 120s; keepalive_requests 100000;
  upstream portal {{ server 127.0.0.1:{portal}; keepalive 32; }}
  upstream rooms {{ server 127.0.0.1:{rooms}; keepalive 4; }}
  proxy_cache_path {folder}/cache levels=1:2 keys_zone=fragments:4m max_size=64m inactive=10s;
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
  server {{
    listen 127.0.0.1:{port} backlog=8192;
{location}
    location / {{ proxy_pass http://portal; }}
  }}
}}
"""


def room_with(people: int, *, through_nginx: bool = True) -> Measure:
    """One line of the table, for so many people."""
    name = f"live_{people}" if through_nginx else f"live_{people}_direct"
    size = f"{people} personnes, un sondage" + ("" if through_nginx else ", sans nginx")
    if through_nginx and shutil.which("nginx") is None:
        sys.stderr.write("nginx n’est pas installé : apt-get install nginx-light\n")
        return Measure(name, size, BAR)
    event, poll, crowd = _prepare(people)
    environment = server.environment_for(*_urls())
    if through_nginx:
        environment["EVENTS_FRAGMENTS_PER_SECOND"] = "3500"  # as docker-compose.yml
    with server.serving(environment) as portal, _front(portal, environment, through_nginx=through_nginx) as port:
        room = Room(
            port=port,
            path=f"/rencontres/salles/{event.pk}/{fragments.key_of(event.pk)}/",
            vote_path=f"/rencontres/{event.slug}/salle/sondages/{poll.pk}/",
            seconds=SECONDS,
        )
        seen = gather(room, crowd, lambda number: _change(event, number), every=CHANGES_EVERY, most=200)
    results = polls.close_poll(poll_id=poll.pk, at=timezone.now()).results
    counted = sum(option["votes"] for option in results["options"])
    median, high = percentiles(seen.delays) if seen.delays else (None, None)
    sys.stderr.write(
        f"{name} : {seen.asked} questions ({seen.unchanged} sans changement), votes {seen.votes}, comptés {counted}, "
        f"erreurs {seen.errors}\n"
    )
    is_ok = counted == results["respondents"] == people and high is not None and high <= 3000 and seen.errors == 0
    return Measure(name, size, BAR, median, high, round(seen.asked / SECONDS, 1), None, is_ok)


def _urls() -> tuple[str, str]:
    return os.environ["DATABASE_URL"], os.environ["REDIS_URL"]


def _change(event: Event, number: int) -> None:
    rooms.show(event_id=event.pk, what="message", message=f"repere-{number}", at=timezone.now())


def _prepare(people: int) -> tuple[Event, Poll, list[Person]]:
    now = timezone.now()
    event = Event.objects.create(
        slug=f"banc-{people}-{secrets.token_hex(4)}",
        title="Banc d’essai",
        kind="assembly",
        state="published",
        starts_at=now,
        ends_at=now + timedelta(hours=3),
    )
    poll = Poll.objects.create(event=event, question="Êtes-vous là ?")
    PollOption.objects.bulk_create(
        PollOption(poll=poll, position=position, label=label) for position, label in enumerate(("Oui", "Non"))
    )
    registrations = Registration.objects.bulk_create(
        [
            Registration(
                event=event,
                email=f"p{number}@banc.test",
                first_name="P",
                last_name=str(number),
                state="registered",
                secret=secrets.token_urlsafe(32),
                asked_at=now,
                confirmed_at=now,
            )
            for number in range(people)
        ],
        batch_size=1000,
    )
    rooms.open_room(event_id=event.pk, at=now)
    rooms.open_poll(event_id=event.pk, poll_id=poll.pk, at=now)
    return event, poll, [_person(event, registration) for registration in registrations]


def _person(event: Event, registration: Registration) -> Person:
    session = SessionStore()
    session[ENTERED] = {str(event.pk): registration.pk}
    session.create()
    token = secrets.token_hex(16)
    return Person(
        cookie=f"sessionid={session.session_key}; csrftoken={token}",
        body=f"csrfmiddlewaretoken={token}&choix={registration.pk % 2}",
    )


@contextmanager
def _front(portal: int, environment: dict[str, str], *, through_nginx: bool) -> Iterator[int]:
    """The port that people ask: nginx with the portal's own micro-cache and process of rooms, or the portal itself."""
    if not through_nginx:
        yield portal
        return
    text = (Path(__file__).resolve().parents[2] / ".docker/nginx.conf").read_text()
    begin = text.index("    location ~ ")
    location = text[begin : text.index("    }", begin) + 5]
    port = server.free_port()
    with server.serving(environment, workers=1) as rooms, tempfile.TemporaryDirectory(prefix="ti-nginx-") as folder:
        Path(folder).chmod(0o755)
        configuration = Path(folder) / "nginx.conf"
        configuration.write_text(NGINX.format(folder=folder, portal=portal, rooms=rooms, port=port, location=location))
        process = subprocess.Popen(["nginx", "-c", str(configuration), "-g", "daemon off; user root;"])
        try:
            time.sleep(0.5)
            if process.poll() is not None:
                raise RuntimeError((Path(folder) / "error.log").read_text())
            yield port
        finally:
            process.terminate()
            process.wait(20)
