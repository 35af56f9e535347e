"""The measures themselves. Each fills one line of the table; names and bars are those of the design, §11."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from math import inf
from urllib.parse import quote

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.bench import alerts, api, check, funding, live, server
from tests.bench.results import Measure, percentiles
from ti_portal.core.text import fold

# The same addresses at every run.
DRAW = random.Random(2023)
REQUESTS = 400
CHECK_BAR = "p50 ≤ 80 ms, p95 ≤ 150 ms"


@cache
def loaded() -> float:
    """Make the bench's database anew and load the reference data; return how long the load took, in seconds."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    call_command("migrate", verbosity=0)
    begin = time.perf_counter()
    call_command("load_reference", verbosity=0)
    duration = time.perf_counter() - begin
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return duration


def queries_of(path: str) -> int:
    client = Client(SERVER_NAME="127.0.0.1")
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


def page(name: str, size: str, bar: str, paths: list[str], *, p50: float, per_s: float | None, port: int) -> Measure:
    """Measure a kind of page: one at a time for the percentiles, eight at a time for the rate."""
    drawn = [DRAW.choice(paths) for _ in range(REQUESTS)]
    # Steady state: each address was asked of each worker. What a first visit costs is in docs/performance.md.
    server.ask_each_worker(port, sorted(set(drawn)))
    median, high = percentiles(server.one_at_a_time(port, drawn))
    rate = server.eight_at_a_time(port, drawn) if per_s else None
    worst = max(queries_of(path) for path in paths[:20])
    is_ok = median <= p50 and (per_s is None or rate >= per_s) and worst <= 8
    return Measure(name, size, bar, median, high, rate, worst, is_ok)


def territory(port: int) -> Measure:
    from territories.models import Territory

    paths = [found.get_absolute_url() for found in Territory.objects.current().select_related("place").order_by("pk")]
    return page("territory", f"{len(paths)} territoires", "p50 ≤ 6 ms, ≥ 500/s", paths, p50=6, per_s=500, port=port)


def catalogue(port: int) -> Measure:
    return _catalogue("catalogue", funding.catalogue_paths(), port)


def catalogue_place(port: int) -> Measure:
    return _catalogue("catalogue_place", funding.place_paths(), port)


def catalogue_text(port: int) -> Measure:
    return _catalogue("catalogue_text", funding.text_paths(), port)


def _catalogue(name: str, paths: list[str], port: int) -> Measure:
    return page(name, funding.SIZE, "p50 ≤ 15 ms, ≥ 150/s", paths, p50=15, per_s=150, port=port)


def scheme(port: int) -> Measure:
    return page("scheme", funding.SIZE, "p50 ≤ 6 ms, ≥ 500/s", funding.scheme_paths(), p50=6, per_s=500, port=port)


def api_schemes(port: int) -> Measure:
    return page("api_schemes", api.SIZE, "≥ 100/s", api.scheme_paths(), p50=inf, per_s=100, port=port)


def check_page(port: int) -> Measure:
    """The result's page, which judges every scheme and tells those it shows in words."""
    measured = page("check", funding.SIZE, CHECK_BAR, check.result_paths(), p50=80, per_s=None, port=port)
    return replace(measured, ok=measured.ok and measured.p95_ms <= 150)


def typeahead(port: int) -> Measure:
    from territories.models import Place

    names = list(Place.objects.order_by("code").values_list("name", flat=True))
    typed = [fold(DRAW.choice(names))[: DRAW.randint(2, 8)].strip() for _ in range(REQUESTS)]
    paths = [f"/recherche/suggestions?q={quote(text)}" for text in typed if len(text) >= 2]
    return page("typeahead", f"{len(names)} lieux", "p50 ≤ 5 ms", paths, p50=5, per_s=None, port=port)


def first_load() -> Measure:
    seconds = loaded()
    return Measure(
        "first_load", "communes, EPCI, deux vagues", "≤ 60 s", round(seconds * 1000), None, None, None, seconds <= 60
    )


def second_start() -> Measure:
    """Start the portal twice in a folder of its own; time the second, from the command to an answer."""
    with tempfile.TemporaryDirectory(prefix="ti-bench-") as folder:
        environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        environment |= {"TI_VAR": folder, "DJANGO_SETTINGS_MODULE": "ti_portal.settings.local"}
        _start(environment)
        seconds = _start(environment)
    return Measure("second_start", "tout le portail", "≤ 10 s", round(seconds * 1000), None, None, None, seconds <= 10)


def _start(environment: dict[str, str]) -> float:
    port = server.free_port()
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        while time.perf_counter() - begin < 180:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/sante", timeout=2).close()
                return time.perf_counter() - begin
            except OSError:
                if process.poll() is not None:
                    raise RuntimeError(f"manage.py up s’est arrêté (code {process.returncode})") from None
                time.sleep(0.05)
        raise RuntimeError("manage.py up ne répond pas")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


PAGES: dict[str, Callable[[int], Measure]] = {
    "catalogue": catalogue,
    "catalogue_place": catalogue_place,
    "catalogue_text": catalogue_text,
    "scheme": scheme,
    "api_schemes": api_schemes,
    "check": check_page,
    "territory": territory,
    "typeahead": typeahead,
}
# Measured with thirty thousand schemes in the database: a territory's page shows those that are open there.
WITH_SCHEMES = frozenset(PAGES) - {"typeahead"}
OTHERS: dict[str, Callable[[], Measure]] = {
    "alerts": lambda: alerts.measure(sys.stderr.write),
    "live_500": lambda: live.room_with(500),
    "live_1000_direct": lambda: live.room_with(1000, through_nginx=False),
    "live_2000": lambda: live.room_with(2000),
    "live_5000": lambda: live.room_with(5000),
    "first_load": first_load,
    "second_start": second_start,
}
ALL = (*PAGES, *OTHERS)


def take(names: Iterable[str], write: Callable[[str], object]) -> list[Measure]:
    """Take the named measures, in the order of the table."""
    names = set(names)
    write("Chargement des données de référence…\n")
    loaded()
    if names & WITH_SCHEMES:
        write("Écriture des aides…\n")
        write(f"{funding.SIZE} : {funding.filled():.0f} s\n")
    taken = []
    if names & set(PAGES):
        with server.serving(server.environment_for(os.environ["DATABASE_URL"], os.environ["REDIS_URL"])) as port:
            for name in (name for name in PAGES if name in names):
                write(f"Mesure de {name}…\n")
                taken.append(PAGES[name](port))
    for name in (name for name in OTHERS if name in names):
        write(f"Mesure de {name}…\n")
        taken.append(OTHERS[name]())
    return taken
