"""A real Chromium in front of a real portal: granian over a database of the test's own.

Mark tests with `@pytest.mark.browser`. They are skipped where no Chromium is found, and fail there when
REQUIRE_BROWSER=1 (continuous integration).
"""

import json
import os
import shutil
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest
import redis
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import portals

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
NARROW_RULES = ("aria-hidden-focus", "button-name", "label", "link-name", "scrollable-region-focusable", "target-size")
START_SECONDS = 60
AXE = Axe().axe_script
# A page that comes costs nothing more; on a busy machine it comes late, and late is not wrong.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of this machine, headless, in French."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("REQUIRE_BROWSER=1, mais aucun Chromium n’est installé.")
        pytest.skip("Chromium n’est pas installé (Debian : apt-get install chromium).")
    # Playwright's synchronous API runs an event loop in this thread; the tests themselves stay synchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield launched
        launched.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


@pytest.fixture(scope="session")
def nursery(tmp_path_factory) -> Iterator[Callable[[dict[str, str]], portals.Nursery]]:
    """`nursery(environment)`: where portals under this environment are born; one for each, kept for the session."""
    known: dict[frozenset, portals.Nursery] = {}
    log = tmp_path_factory.mktemp("portals") / "nursery.log"

    def of(environment: dict[str, str]) -> portals.Nursery:
        key = frozenset(environment.items())
        if key not in known:
            known[key] = portals.Nursery(environment, log)
        return known[key]

    yield of
    for each in known.values():
        each.close()


@pytest.fixture
def portal(database_environment, nursery, tmp_path) -> Iterator[str]:
    """Address (without final slash) of a portal that serves the test's own database; stopped at the end.

    What the test commits, the portal sees, and the reverse.
    """
    _forget_cached_answers(database_environment["REDIS_URL"])
    environment = {**database_environment, "DJANGO_SETTINGS_MODULE": "ti_portal.settings.test"}
    for name in ("DJANGO_ALLOW_ASYNC_UNSAFE", "PYTEST_CURRENT_TEST"):
        environment.pop(name, None)
    port, log = _free_port(), tmp_path / "portal.log"
    address = f"http://127.0.0.1:{port}"
    group = nursery(environment).start(port, log)
    try:
        _wait_until_it_answers(address, group, log)
        yield address
    finally:
        portals.end(group)


@pytest.fixture
def open_page(browser) -> Iterator[Callable[..., Page]]:
    """`open_page(size=DESKTOP, javascript=True)`: a new page of a new visitor.

    At the end the test fails if any page wrote an error in its console: a broken script, a refusal of the
    content security policy, a missing file.
    """
    contexts = []
    problems: list[str] = []

    def opened(size: dict[str, int] = DESKTOP, *, javascript: bool = True) -> Page:
        context = browser.new_context(viewport=size, java_script_enabled=javascript, locale="fr-FR")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def checked(browser) -> Iterator[Callable[[Page], None]]:
    """Run axe on the same page in a window of its own, then see that the page fits a telephone.

    To follow the `@import` of Django's stylesheets, axe-core writes a style element of its own, which our content
    policy rightly refuses: that message must not count among the page's.
    """
    context = browser.new_context(viewport=DESKTOP, locale="fr-FR")
    copy = context.new_page()

    def run(page: Page) -> None:
        context.clear_cookies()
        context.add_cookies(page.context.cookies())
        copy.goto(page.url)
        axe(copy)
        copy.set_viewport_size(PHONE)
        assert fits_in_width(copy), f"{page.url} : trop large"
        copy.set_viewport_size(DESKTOP)

    yield run
    context.close()


def look(page: Page) -> None:
    """The page has one title, is accessible and fits, in a wide window and in a telephone's; it ends as it was.

    axe-core reads it whole in the wide window, and again in the narrow one by the rules that a width can change.
    """
    before = page.viewport_size
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    page.set_viewport_size(DESKTOP)
    axe(page)
    assert fits_in_width(page), page.url
    page.set_viewport_size(PHONE)
    assert fits_in_width(page), page.url
    axe(page, NARROW_RULES)
    page.set_viewport_size(before)


def axe(page: Page, rules: Sequence[str] = ()) -> None:
    """Fail with the list of accessibility violations of the page, if axe-core finds any; `rules`: these only."""
    options = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE)
    violations = page.evaluate("(options) => axe.run(options).then((found) => found.violations)", options)
    found = [
        {
            "rule": violation["id"],
            "nodes": [node["html"][:200] + " " + node["failureSummary"] for node in violation["nodes"]],
        }
        for violation in violations
    ]
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)


def fits_in_width(page: Page) -> bool:
    """True when the page has no horizontal scrolling."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _forget_cached_answers(redis_url: str) -> None:
    """The portal's process does not know the key prefix of the test: counters of an older run must not limit it."""
    with redis.Redis.from_url(redis_url) as store:
        for key in store.scan_iter("ti:*"):
            store.delete(key)


def _wait_until_it_answers(address: str, group: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and psutil.Process(group).status() != psutil.STATUS_ZOMBIE:
        try:
            urllib.request.urlopen(f"{address}/recherche/", timeout=START_SECONDS).close()  # noqa: S310 - our own address
        except urllib.error.HTTPError as answer:
            answer.close()
            if answer.code < 500:
                return
            break
        except OSError:
            time.sleep(0.02)
        else:
            return
    pytest.fail(f"Le portail ne répond pas :\n{log.read_text(errors='replace')[-4000:]}")
