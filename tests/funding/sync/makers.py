"""Sources of the national schema read from files, as a person would send them."""

from datetime import timedelta

from funding.enums import Rhythm, RunTrigger
from funding.models import Scheme, Source, SyncRun
from funding.sync.runs import File, run_source
from tests.funding.drafts import AT
from tests.funding.national_schema.files import file, key, row

NAME = "Région de l’essai"
ADDRESS = "http://127.0.0.1:9/aides.csv"


def source(**values) -> Source:
    given = {"name": NAME, "slug": "region-essai", "kind": "national_csv", "rhythm": Rhythm.MANUAL}
    return Source.objects.create(**{**given, **values})


def read(given: Source, *rows, at=AT, **sent) -> SyncRun:
    """One reading of a file with these rows."""
    return run_source(
        source_id=given.pk, trigger=RunTrigger.UPLOAD, at=at, content=File(file(*rows), "aides.csv"), **sent
    )


def scheme(number: int = 1) -> Scheme:
    return Scheme.objects.get(source_name=NAME, source_key=key(number))


def days(number: float):
    return AT + timedelta(days=number)


def outcomes(run: SyncRun) -> list[tuple[str, str]]:
    """Outcome and title of each line, in order."""
    return list(run.lines.order_by("position").values_list("outcome", "title"))


__all__ = ["ADDRESS", "AT", "NAME", "days", "file", "key", "outcomes", "read", "row", "scheme", "source"]
