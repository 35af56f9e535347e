from datetime import UTC, date, datetime, timedelta

import pytest

from funding.fetching.errors import SENTENCES
from funding.links.judging import DAY, WEEK, Answer, Memory, answer_of, judge, next_check

MONDAY, TUESDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 27)
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
NEW = Memory("new")
SILENT, ALIVE, UNKNOWN = Answer.SILENT, Answer.ALIVE, Answer.UNKNOWN


def after(*answers: tuple[Answer, date]) -> Memory:
    memory = NEW
    for answer, day in answers:
        memory = judge(memory, answer, day)
    return memory


@pytest.mark.parametrize(
    ("answers", "memory"),
    [
        ([(ALIVE, MONDAY)], Memory("alive")),
        ([(UNKNOWN, MONDAY)], Memory("unknown")),
        ([(SILENT, MONDAY)], Memory("failing", MONDAY, MONDAY)),
        ([(SILENT, MONDAY), (SILENT, MONDAY)], Memory("failing", MONDAY, MONDAY)),
        ([(SILENT, MONDAY), (SILENT, TUESDAY)], Memory("dead", MONDAY, TUESDAY)),
        ([(SILENT, MONDAY), (SILENT, TUESDAY), (SILENT, FRIDAY)], Memory("dead", MONDAY, FRIDAY)),
        ([(SILENT, MONDAY), (ALIVE, MONDAY), (SILENT, TUESDAY)], Memory("failing", TUESDAY, TUESDAY)),
        ([(SILENT, MONDAY), (SILENT, TUESDAY), (ALIVE, FRIDAY)], Memory("alive")),
        ([(SILENT, MONDAY), (SILENT, TUESDAY), (UNKNOWN, FRIDAY)], Memory("unknown")),
        # A clock that was set back takes nothing away.
        ([(SILENT, TUESDAY), (SILENT, FRIDAY), (SILENT, MONDAY)], Memory("dead", TUESDAY, FRIDAY)),
    ],
)
def test_a_page_is_dead_after_failures_on_two_days(answers, memory):
    assert after(*answers) == memory


def test_every_code_of_a_failed_fetch_means_something():
    kinds = {kind: {code for code in ("", *SENTENCES) if answer_of(code) is kind} for kind in Answer}
    assert kinds[ALIVE] == {"", "too_big", "encoding"}
    assert {"unauthorized", "refused", "busy", "certificate", "redirect_insecure", "private_address"} <= kinds[UNKNOWN]
    assert {"not_found", "server_error", "timeout", "unknown_host", "connection"} <= kinds[SILENT]


def test_a_first_failure_is_checked_the_next_day_and_others_a_week_later_not_all_at_once():
    assert next_check("https://a.example/", Memory("failing", MONDAY, MONDAY), AT) == AT + DAY
    instants = {next_check(f"https://a.example/{number}", Memory("alive"), AT) for number in range(50)}
    assert len(instants) == 50
    assert all(abs(instant - AT - WEEK) <= timedelta(hours=12) for instant in instants)
