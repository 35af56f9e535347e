import pytest

from ti_portal.core.checks import postgres_is_recent_enough, version_problems


@pytest.mark.parametrize(
    ("version", "found"),
    [(180004, []), (150000, []), (149999, ["core.E002"]), (90624, ["core.E002"]), (None, ["core.E001"])],
)
def test_versions_before_15_and_other_databases_are_refused(version: int | None, found: list[str]) -> None:
    assert [problem.id for problem in version_problems("default", version)] == found


def test_old_version_is_named_with_what_is_needed() -> None:
    (problem,) = version_problems("default", 140012)
    assert problem.msg == "La base « default » est servie par PostgreSQL 14."
    assert problem.hint == "Le portail demande PostgreSQL 15 ou plus récent."


def test_check_opens_no_connection_unless_databases_are_asked_for() -> None:
    """Tests may not touch the database unless they say so: this one would fail if it did."""
    assert postgres_is_recent_enough(databases=None) == []
