"""The compiled rules, kept by each process for as long as the data does not change. One tiny query a request."""

import gc
import threading
from dataclasses import dataclass

from funding import terms
from funding.eligibility.amounts import AmountRule
from funding.eligibility.cumul import Exclusion
from funding.eligibility.rulebook import Rulebook
from funding.models import DataVersion, Notice, Scheme


@dataclass(frozen=True, slots=True)
class Kept:
    """Rules of the published schemes at one version of the data. Amounts and exclusions are by slug of scheme.

    `notices` are the portal's own texts by key, kept here because they are shown with the verdicts.
    """

    version: int
    rulebook: Rulebook
    amounts: dict[str, tuple[AmountRule, ...]]
    exclusions: tuple[Exclusion, ...]
    notices: dict[str, Notice]


MANY = 2_000  # schemes

_kept: Kept | None = None
# By id of scheme: the stamp of its rows when they were read, and its rules.
_read: dict[int, tuple[int, terms.Rules]] = {}
_compiling = threading.Lock()


def version() -> int:
    """The version of what the catalogue and the check read; it never comes back to a number already used."""
    return DataVersion.objects.order_by("pk").values_list("number", flat=True).first() or 0


def current() -> Kept:
    """The rules of the data as they are now. Compiled once per process and version; others wait meanwhile."""
    global _kept  # noqa: PLW0603 - one per process, replaced whole
    number = version()
    kept = _kept
    if kept is not None and kept.version == number:
        return kept
    with _compiling:
        if _kept is None or _kept.version != number:
            _kept = _compile(number)
        return _kept


def last() -> Kept:
    """What `current` gave last, without asking whether it still holds; for what is shown beside its answers."""
    return _kept or current()


def _compile(number: int) -> Kept:
    """Compile again, reading anew only the schemes that were written since the last time.

    The number was read first, then the stamps: rules that change meanwhile get newer ones, and the next request
    compiles again.
    """
    global _read  # noqa: PLW0603 - one per process, replaced whole, under the lock of `current`
    stamps = terms.stamps()
    same = {pk: held for pk, held in _read.items() if stamps.get(pk) == held[0]}
    published = Scheme.objects.published()
    changed = terms.load_rules(published.filter(pk__in=stamps.keys() - same.keys()) if same else published)
    _read = same | {pk: (stamps[pk], rules) for pk, rules in changed.items() if pk in stamps}
    loaded = sorted((rules for _, rules in _read.values()), key=lambda rules: rules[0].key)
    amounts = {one.key: rules for one, rules in loaded}
    notices = {notice.key: notice for notice in Notice.objects.order_by("pk")}
    rulebook = Rulebook.compile(one for one, _ in loaded)
    if len(rulebook) >= MANY:
        # Millions of objects that live until the next version: the collector would go through them again and again, a
        # second each time, in the middle of a page.
        gc.collect()
        gc.freeze()
    return Kept(number, rulebook, amounts, terms.exclusions(), notices)
