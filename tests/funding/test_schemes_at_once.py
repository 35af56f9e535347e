"""Two people write at once."""

import threading

from django.db import connection

from funding import rulebooks, schemes
from funding.models import Listing
from tests.funding.drafts import AT, published


def test_publications_at_once_each_get_their_version(committed_db):
    """Two threads, the same scheme and another one: no deadlock, no lost version, rows of the last writer."""
    one, other = published(), published()
    start = threading.Barrier(2)
    failures = []

    def work(summary: str):
        try:
            start.wait(60)
            for turn in range(4):
                for scheme in (one, other):
                    schemes.save_scheme(scheme_id=scheme.pk, values={"summary": f"{summary} {turn}"}, actor=None, at=AT)
        except Exception as error:  # noqa: BLE001 - told by the main thread
            failures.append(error)
        finally:
            connection.close()

    before = rulebooks.version()
    threads = [threading.Thread(target=work, args=(name,)) for name in ("Un", "Deux")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    one.refresh_from_db()
    assert one.version == 3 + 8
    assert Listing.objects.filter(scheme__in=(one, other)).count() == 2
    assert rulebooks.version() >= before + 16
    assert one.slug in rulebooks.current().amounts
