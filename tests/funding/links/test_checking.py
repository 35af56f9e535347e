"""The check of published addresses, against a real server of this machine."""

from datetime import UTC, date, datetime, timedelta

import pytest

from funding.enums import LinkState
from funding.fetching import Limits
from funding.links.checking import check_links
from funding.links.usages import Usage, usages_of
from funding.models import Call, DataVersion, LinkProbe, Resource, Scheme, SchemeLink
from tests.funding.drafts import draft, published
from tests.funding.fetching.servers import Answer, Server, serving

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
NEXT_WEEK = MONDAY + timedelta(days=9)
LIMITS = Limits(connect=5, read=10, total=20, max_bytes=1000, attempts=1, pace=0, budget=100)


@pytest.fixture
def server(db, settings):
    """Answers by path; « /vivante » is a page that is there."""
    settings.SOURCES_ALLOW_PRIVATE_ADDRESSES = True
    # The opening content publishes addresses of the world outside.
    SchemeLink.objects.all().delete()
    Call.objects.update(url="")
    Resource.objects.update(url="")
    with serving(lambda request: Answer(status=404)) as served:
        says(served, vivante=200)
        yield served


def says(server: Server, **statuses: int) -> None:
    def respond(request) -> Answer:
        return Answer(body=b"x" * 5000, status=statuses.get(request.path.strip("/"), 404))

    server.respond = respond


def scheme_with(server: Server, *paths: str, make=published, **call) -> Scheme:
    links = [{"kind": "official", "label": path, "url": f"{server.url}/{path}"} for path in paths]
    permanent = {"slug": "guichet", "name": "Guichet", "kind": "counter", "is_permanent": True, **call}
    return make(rows={"links": links, "calls": [permanent]})


def check(at: datetime) -> dict[str, int]:
    return {name: number for name, number in check_links(at=at, limits=LIMITS).items() if number}


def dead_since(path: str) -> date | None:
    return SchemeLink.objects.get(url__endswith=f"/{path}").dead_since


def states() -> dict[str, str]:
    return {probe.url.rpartition("/")[2]: probe.state for probe in LinkProbe.objects.order_by("pk")}


def test_a_page_is_said_dead_since_its_first_failure_after_failures_on_two_days(server):
    scheme = scheme_with(server, "vivante", "partie", url=f"{server.url}/partie")
    call = scheme.calls.get()
    version = DataVersion.objects.get().number
    pasts = (Scheme.history.count(), Call.history.count())

    assert check(MONDAY) == {"checked": 2, "failing": 1}
    assert check(MONDAY + timedelta(hours=8)) == {}
    assert (dead_since("partie"), DataVersion.objects.get().number) == (None, version)

    assert check(TUESDAY) == {"checked": 1, "dead": 1}

    assert dead_since("partie") == MONDAY.date()
    assert dead_since("vivante") is None
    call.refresh_from_db()
    assert call.url_dead_since == MONDAY.date()
    assert DataVersion.objects.get().number > version
    # Nothing is unpublished, and the scheme keeps its versions and its past.
    kept = Scheme.objects.get(pk=scheme.pk)
    assert (kept.state, kept.version, kept.protected_fields) == (scheme.state, scheme.version, [])
    assert (Scheme.history.count(), Call.history.count()) == pasts

    version = DataVersion.objects.get().number
    says(server, vivante=200, partie=200)
    assert check(NEXT_WEEK) == {"checked": 2, "back": 1}
    call.refresh_from_db()
    assert (dead_since("partie"), call.url_dead_since) == (None, None)
    assert DataVersion.objects.get().number > version


def test_servers_that_refuse_robots_are_unknown_and_never_dead(server):
    scheme_with(server, "mur", "lent", "autre", "vivante")
    says(server, vivante=200, mur=403, lent=429, autre=405)
    check(MONDAY)
    check(NEXT_WEEK)
    expected = {"mur": "unknown", "autre": "unknown", "lent": "unknown", "vivante": "alive"}
    assert states() == expected
    assert not SchemeLink.objects.filter(dead_since__isnull=False).exists()


def test_a_page_whose_head_is_refused_is_asked_whole_and_a_long_one_is_not_read_to_its_end(server):
    scheme_with(server, "page")
    server.respond = lambda request: Answer(body=b"x" * 5000, status=200 if request.method == "GET" else 404)
    check(MONDAY)
    assert [request.method for request in server.asked] == ["HEAD", "GET"]
    assert states() == {"page": "alive"}


def test_a_server_that_is_out_of_breath_is_left_alone_until_the_next_round(server):
    scheme_with(server, "a", "b", "c")
    says(server, a=429, b=429, c=429)
    assert check(MONDAY) == {"checked": 1}
    assert len(server.asked) == 1
    assert check(MONDAY + timedelta(hours=1)) == {"checked": 1}


def test_when_nobody_is_heard_it_is_our_network_that_is_down(server):
    scheme_with(server, "vivante")
    nowhere = draft(rows={"links": [{"kind": "official", "label": "x", "url": "http://127.0.0.1:9/partie"}]})
    Scheme.objects.filter(pk=nowhere.pk).update(state="to_validate")
    check(MONDAY)
    assert states() == {"vivante": "alive", "partie": "failing"}

    # Only the failing one is due, and a page known to answer proves that the network works.
    assert check(TUESDAY) == {"checked": 1, "dead": 1}

    LinkProbe.objects.filter(state=LinkState.ALIVE).update(url="http://127.0.0.1:9/vivante")
    SchemeLink.objects.filter(url__endswith="/vivante").update(url="http://127.0.0.1:9/vivante")
    assert check(NEXT_WEEK) == {"offline": 2}
    assert states() == {"vivante": "alive", "partie": "dead"}


def test_only_what_is_read_is_checked_and_what_is_no_more_published_is_forgotten(server):
    scheme_with(server, "brouillon", make=draft)
    shown = scheme_with(server, "vivante")
    Resource.objects.create(slug="r", name="Réseau", kind="cluster", url=f"{server.url}/reseau", is_published=True)
    check(MONDAY)
    assert states() == {"vivante": "alive", "reseau": "failing"}

    SchemeLink.objects.filter(scheme=shown).delete()
    check(TUESDAY)
    assert states() == {"reseau": "dead"}
    assert Resource.objects.get(slug="r").url_dead_since == MONDAY.date()


def test_a_day_that_was_known_before_stays_until_somebody_answers(server):
    scheme_with(server, "partie", "vivante")
    SchemeLink.objects.filter(url__endswith="/partie").update(dead_since=date(2022, 1, 1))
    check(MONDAY)
    check(TUESDAY)
    assert dead_since("partie") == date(2022, 1, 1)
    says(server, vivante=200, partie=200)
    check(NEXT_WEEK)
    assert dead_since("partie") is None


def test_what_nobody_sees_yet_raises_no_version(server):
    scheme = scheme_with(server, "partie", make=draft)
    Scheme.objects.filter(pk=scheme.pk).update(state="to_validate")
    version = DataVersion.objects.get().number
    check(MONDAY)
    check(TUESDAY)
    assert dead_since("partie") == MONDAY.date()
    assert DataVersion.objects.get().number == version


def test_a_round_ends_with_its_time(server):
    scheme_with(server, "vivante")
    assert check_links(at=MONDAY, seconds=0, limits=LIMITS)["checked"] == 0
    assert states() == {"vivante": "new"}


def test_usages_name_each_place_once(server):
    url = f"{server.url}/partie"
    scheme = scheme_with(server, "partie", url=url)
    SchemeLink.objects.create(scheme=scheme, kind="apply", label="x", url=url)
    call = scheme.calls.get()
    assert usages_of([url]) == {url: [Usage("scheme", scheme.pk, scheme.name), Usage("call", call.pk, "Guichet")]}
