"""Two readings of one source at once, and a reading that is killed: real threads, a real process, real commits."""

import threading

from django.core.exceptions import ValidationError
from django.db import connection

from funding.enums import RunState
from funding.models import Organisation, Scheme, SyncRun
from tests.funding.sync.makers import NAME, read, row, source


def test_two_runs_of_one_source_at_once_write_each_scheme_once(committed_db):
    given = source()
    rows = [row(number) for number in range(1, 6)]
    barrier, ended, failures = threading.Barrier(2), [], []

    def work():
        try:
            barrier.wait(timeout=30)
            ended.append(read(given, *rows).state)
        except ValidationError as error:
            ended.append(error.code)
        except Exception as error:  # noqa: BLE001 - told by the main thread
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert failures == []
    # The second one was refused, or came after the first had ended and found nothing to write.
    assert sorted(ended) in (["applied", "busy"], ["applied", "applied"])
    assert Scheme.objects.filter(source_name=NAME).count() == 5
    assert Organisation.objects.filter(siren="552100554").count() == 1
    assert not SyncRun.objects.filter(state=RunState.RUNNING).exists()
