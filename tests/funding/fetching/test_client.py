"""The one client of outside addresses, against servers of this machine that behave as bad ones do."""

import gzip
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from funding.fetching import Client, FetchError, Limits, fetch
from tests.funding.fetching.servers import LIMITS, Answer, serving

# Less than the thirty seconds for which a hanging server of these tests would hold its client.
ENOUGH = 20


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.SOURCES_ALLOW_PRIVATE_ADDRESSES = True


@pytest.fixture
def server():
    with serving() as served:
        yield served


def failure(server, path="/", limits=LIMITS, **asked) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetch(server.url + path, limits=limits, **asked)
    return caught.value


def test_an_answer_comes_with_what_is_needed_to_ask_again(server):
    server.answers(
        Answer(
            b"a;b",
            headers={"ETag": '"v1"', "Last-Modified": "Tue, 24 Nov 2026 10:00:00 GMT", "Content-Type": "text/csv"},
        )
    )
    found = fetch(server.url + "/aides.csv?x=1#part", limits=LIMITS)
    assert (found.content, found.etag, found.content_type) == (b"a;b", '"v1"', "text/csv")
    assert found.last_modified == "Tue, 24 Nov 2026 10:00:00 GMT"
    assert found.final_url == server.url + "/aides.csv?x=1"
    (asked,) = server.asked
    assert asked.path == "/aides.csv?x=1"
    assert asked.headers["user-agent"].startswith("portail-territoires-industrie")


def test_what_did_not_change_is_not_sent_again(server):
    server.respond = lambda request: Answer(status=304 if request.headers.get("if-none-match") == '"v1"' else 200)
    found = fetch(server.url, etag='"v1"', last_modified="Tue, 24 Nov 2026 10:00:00 GMT", limits=LIMITS)
    assert found.is_unchanged
    assert found.content == b""
    assert server.asked[0].headers["if-modified-since"] == "Tue, 24 Nov 2026 10:00:00 GMT"
    # Nobody asked on a condition: 304 is no answer.
    server.answers(Answer(status=304))
    assert failure(server).code == "refused"


def test_two_failures_then_an_answer(server):
    server.answers(Answer(status=500), Answer(status=502), Answer(b"ok"))
    assert fetch(server.url, limits=LIMITS).content == b"ok"
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("status", "code", "times"),
    [(500, "server_error", 3), (404, "not_found", 1), (410, "not_found", 1), (401, "unauthorized", 1),
     (403, "unauthorized", 1), (400, "refused", 1), (206, "refused", 1)],
)  # fmt: skip
def test_a_status_that_is_no_answer(server, status, code, times):
    server.answers(Answer(b"<html>non</html>", status=status))
    error = failure(server)
    assert (error.code, error.status, len(server.asked)) == (code, status, times)
    assert str(status) in error.message


def test_a_short_pause_that_is_asked_for_is_made(server):
    server.answers(Answer(status=429, headers={"Retry-After": "1"}), Answer(b"ok"))
    pauses = []
    with Client(replace(LIMITS, longest_pause=2), sleep=pauses.append) as client:
        assert client.fetch(server.url).content == b"ok"
    assert pauses == [1.0]


def test_a_long_pause_is_left_to_the_schedule(server):
    server.answers(Answer(status=429, headers={"Retry-After": "3600"}))
    error = failure(server)
    assert (error.code, error.retry_after, len(server.asked)) == ("busy", 3600.0, 1)
    later = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    server.answers(Answer(status=503, headers={"Retry-After": later}))
    assert 7_000 < failure(server).retry_after <= 7_200
    server.answers(Answer(status=429, headers={"Retry-After": "bientôt".encode().decode("latin-1")}), Answer(b"ok"))
    assert fetch(server.url, limits=LIMITS).content == b"ok"


def test_pauses_grow_at_random_and_stop_at_their_limit(server):
    server.answers(Answer(status=500))
    pauses = []
    with Client(replace(LIMITS, attempts=6, backoff=0.02, longest_pause=0.1), sleep=pauses.append) as client, \
            pytest.raises(FetchError):  # fmt: skip
        client.fetch(server.url)
    assert len(pauses) == 5
    assert all(0 <= pause <= min(0.02 * 2**rank, 0.1) for rank, pause in enumerate(pauses))


@pytest.mark.parametrize("behaviour", ["hang", "drip"])
def test_a_server_that_does_not_end_is_left(server, behaviour):
    server.answers(Answer(b"", length=10_000_000, behaviour=behaviour))
    begin = time.monotonic()
    assert failure(server, limits=replace(LIMITS, read=0.3, total=0.5, attempts=1)).code == "timeout"
    assert time.monotonic() - begin < ENOUGH


def test_a_budget_bounds_every_attempt_together(server):
    server.answers(Answer(behaviour="hang"))
    begin = time.monotonic()
    assert failure(server, limits=replace(LIMITS, read=0.3, attempts=1_000, budget=0.7)).code in (
        "timeout",
        "out_of_time",
    )
    assert time.monotonic() - begin < ENOUGH


def test_fifty_megabytes_are_refused_before_they_are_read(server):
    server.answers(Answer(length=50 * 1024 * 1024, behaviour="drip"))
    assert failure(server, limits=replace(LIMITS, attempts=1)).code == "too_big"
    # Not announced: refused as soon as the limit is passed.
    server.answers(Answer(behaviour="endless"))
    assert failure(server, limits=replace(LIMITS, max_bytes=300_000)).code == "too_big"


def test_a_compressed_answer_is_read_and_a_bomb_is_not(server):
    server.answers(Answer(gzip.compress(b"a;b\n") + gzip.compress(b"1;2\n"), headers={"Content-Encoding": "gzip"}))
    assert fetch(server.url, limits=LIMITS).content == b"a;b\n1;2\n"
    assert server.asked[0].headers["accept-encoding"] == "gzip"
    bomb = gzip.compress(bytes(8_000_000))
    assert len(bomb) < 10_000
    server.answers(Answer(bomb, headers={"Content-Encoding": "gzip"}))
    assert failure(server, limits=replace(LIMITS, max_bytes=1_000_000)).code == "too_big"
    assert len(fetch(server.url, limits=LIMITS).content) == 8_000_000
    for body, encoding, code in [
        (b"plain", "gzip", "encoding"),
        (b"x", "br", "encoding"),
        (gzip.compress(b"a" * 5_000)[:-9], "gzip", "truncated"),
    ]:
        server.answers(Answer(body, headers={"Content-Encoding": encoding}))
        assert failure(server).code == code


def test_half_an_answer_is_none(server):
    server.answers(Answer(b'{"results": [', length=5_000), Answer(b"whole"))
    assert fetch(server.url, limits=LIMITS).content == b"whole"
    server.answers(Answer(b'{"results": [', length=5_000))
    assert failure(server).code == "truncated"


def test_redirects_are_followed_one_by_one(server):
    where = {"/a": "/b?c=1", "/b?c=1": "d"}
    server.respond = lambda request: (
        Answer(status=302, headers={"Location": where[request.path]}) if request.path in where else Answer(b"there")
    )
    found = fetch(server.url + "/a", limits=LIMITS)
    assert (found.content, found.final_url) == (b"there", server.url + "/d")
    assert server.paths == ["/a", "/b?c=1", "/d"]


@pytest.mark.parametrize(
    ("location", "code"),
    [("/", "redirect_loop"), ("", "redirect_loop"), ("ftp://exemple.fr/", "redirect_bad"),
     ("http://u:p@exemple.fr/", "redirect_bad"), ("file:///etc/passwd", "redirect_bad"),
     ("http://[::1", "redirect_bad"), ("//exemple.fr:99999/", "redirect_bad")],
)  # fmt: skip
def test_redirects_that_are_refused(server, location, code):
    server.answers(Answer(status=301, headers={"Location": location}))
    assert failure(server).code == code


def test_redirects_end(server):
    server.respond = lambda request: Answer(status=307, headers={"Location": request.path + "x"})
    assert failure(server).code == "redirect_loop"
    assert len(server.asked) == LIMITS.max_redirects + 1


def test_a_secret_stays_where_it_was_sent(server):
    with serving() as other, Client(LIMITS) as client:
        server.answers(Answer(status=302, headers={"Location": other.url + "/"}))
        with pytest.raises(FetchError) as caught:
            client.fetch(server.url, secrets={"Authorization": "Bearer x"})
        assert caught.value.code == "redirect_elsewhere"
        assert other.asked == []
        assert client.fetch(server.url).content == b""
        assert "authorization" not in other.asked[0].headers


def test_what_is_posted_follows_nothing(server):
    server.answers(Answer(status=302, headers={"Location": "/b"}))
    assert failure(server, method="POST").code == "redirect_bad"


def test_a_head_has_no_content(server):
    server.answers(Answer(b"long", headers={"Content-Type": "text/html"}))
    found = fetch(server.url, method="HEAD", limits=LIMITS)
    assert (found.status, found.content, found.content_type) == (200, b"", "text/html")


def test_one_connection_serves_and_a_pace_is_kept(server):
    pauses = []
    with Client(replace(LIMITS, pace=1_000), sleep=pauses.append) as client:
        for _ in range(3):
            client.fetch(server.url)
    assert len(pauses) == 2
    assert all(900 < pause <= 1_000 for pause in pauses)


def test_a_closed_door_and_an_unknown_name():
    with pytest.raises(FetchError) as caught:
        fetch("http://127.0.0.1:9/", limits=LIMITS)
    assert caught.value.code == "connection"
    with pytest.raises(FetchError) as caught:
        fetch("http://nulle-part.invalid/", limits=replace(LIMITS, attempts=1))
    assert caught.value.code in ("unknown_host", "timeout")


def test_something_that_speaks_no_http(server):
    server.answers(Answer(headers={"X": "y" * 200_000}))
    assert failure(server).code in ("protocol", "connection")


def test_default_limits_fit_in_a_task():
    limits = Limits()
    assert limits.budget <= 270
    assert limits.total * limits.attempts <= limits.budget


def test_this_machine_is_refused_unless_a_setting_allows_it(server, settings):
    settings.SOURCES_ALLOW_PRIVATE_ADDRESSES = False
    port = server.url.rpartition(":")[2]
    for host in ("127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "0", "[::ffff:127.0.0.1]"):
        with pytest.raises(FetchError) as caught:
            fetch(f"http://{host}:{port}/", limits=LIMITS)
        assert caught.value.code in ("private_address", "unknown_host"), host
    assert server.asked == []
