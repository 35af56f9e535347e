"""The bench: real PostgreSQL with all of France loaded, real Valkey, a hostile Django."""

import gc
import os
import secrets
import subprocess
import sys

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache

from tests import databases
from ti_portal.core.engines import ensure_running

# Properties are not timed: a busy machine would fail them for no fault of theirs.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")

_engines = None
_template_builder = None


def pytest_configure(config):
    global _engines, _template_builder
    _engines = ensure_running(settings.TEST_VAR, durable=False, database=None)
    shares_out = config.getoption("numprocesses", None) and not hasattr(config, "workerinput")
    if shares_out and not config.getoption("collectonly"):
        # This process only shares the tests out: the template is under way while the others collect them.
        _template_builder = subprocess.Popen([sys.executable, "-m", "tests.databases"], cwd=databases.ROOT)


def pytest_unconfigure(config):
    if _template_builder is not None:
        _template_builder.wait()
    if _engines is not None:
        _engines.release()


def pytest_collection_finish():
    """The collector of cycles would look again and again at all that was imported: a sixth of the processor's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Long tests come first in what each process is given, so that all end together; order stays random otherwise.

    Processes are given equal slices, and then take from the end of each other's. The browser's tests begin the first
    slice: one process alone then starts a browser and the portals in front of it.
    """
    slices = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    browser, slow, others = [], [], []
    for item in items:
        kind = browser if item.get_closest_marker("browser") else slow if item.get_closest_marker("slow") else others
        kind.append(item)
    begins = [browser, *(slow[rank :: max(1, slices - 1)] for rank in range(max(1, slices - 1)))]
    ordered = []
    for rank, begin in enumerate(begins):
        # As pytest-xdist shares them out: what remains, divided by the processes that remain.
        wanted = (len(items) - len(ordered)) // max(1, len(begins) - rank)
        room = max(0, wanted - len(begin))
        ordered += [*begin, *others[:room]]
        del others[:room]
    items[:] = ordered + others


@pytest.fixture(scope="session")
def database_template(django_db_blocker) -> str:
    with django_db_blocker.unblock():
        return databases.ensure_template()


@pytest.fixture(scope="session")
def database_name(worker_id) -> str:
    """One database per worker of this run; the process number tells a later run that it is stale."""
    return f"{databases.PREFIX}_{worker_id}_{os.getpid()}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker, database_template, database_name):
    with django_db_blocker.unblock():
        databases.clone(database_template, database_name)
    yield
    with django_db_blocker.unblock():
        databases.drop(database_name)


@pytest.fixture
def committed_db(django_db_setup, django_db_blocker, database_template, database_name):
    """A database where commits are real, for threads, processes and servers; cloned anew afterwards.

    Give its address to another process with `database_environment`.
    """
    with django_db_blocker.unblock():
        yield database_name
        databases.clone(database_template, database_name)


@pytest.fixture
def database_environment(committed_db) -> dict[str, str]:
    """Environment variables by which a child process of the test finds the same database and broker."""
    return {**os.environ, "DATABASE_URL": database_url(), "REDIS_URL": settings.REDIS_URL}


def database_url() -> str:
    """The address of the database in use, in the form of DATABASE_URL."""
    from urllib.parse import quote

    values = settings.DATABASES["default"]
    options = values.get("OPTIONS", {})
    host = quote(values["HOST"] or options.get("host", ""), safe="")
    password = f":{quote(values['PASSWORD'], safe='')}" if values.get("PASSWORD") else ""
    port = f":{values['PORT']}" if values.get("PORT") else ""
    return f"postgresql://{quote(values['USER'], safe='')}{password}@{host}{port}/{values['NAME']}"


@pytest.fixture(autouse=True)
def _own_cache_keys():
    """No test sees what another left in the cache."""
    cache.key_prefix = f"test-{secrets.token_hex(6)}"


@pytest.fixture(scope="session", autouse=True)
def _static_files_listed_once():
    """Each test's client builds the middleware anew; WhiteNoise would look for thousands of files each time."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    look_for, known = WhiteNoiseMiddleware.add_files_from_finders, {}

    def add_known_files(middleware):
        if not known:
            look_for(middleware)
            known.update(middleware.files)
        middleware.files.update(known)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_known_files)
        yield


@pytest.fixture(scope="session", autouse=True)
def _own_broker(worker_id):
    """Messages of this run do not meet those of another one."""
    from ti_portal.celery import app

    app.conf.task_default_queue = f"test-{worker_id}-{os.getpid()}"


@pytest.fixture
def today():
    from datetime import date

    return date(2026, 11, 24)
