"""Naming the rules that gave a verdict, keeping the verdict as plain JSON, and telling two of them apart."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from funding.eligibility.verdict import Terms, Verdict

# Change it with any change of what a verdict says for the same terms and facts (not of its wording): year.month.number.
RULES_VERSION = "2026.11.1"


def fingerprint(terms: "Iterable[Terms]") -> str:
    """A stable name of a set of terms under these rules; the order of the terms does not matter."""
    digests = sorted(_digest(one) for one in terms)
    return hashlib.sha256("\n".join([RULES_VERSION, *digests]).encode()).hexdigest()


def _digest(terms: "Terms") -> str:
    content = [terms.key, [c.sort_key[1] for c in terms.criteria], [call.as_row() for call in terms.calls]]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def kept(verdict: "Verdict") -> dict[str, Any]:
    """What is stored of a verdict, in plain JSON types: enough to say later what changed."""
    return {
        "state": str(verdict.state),
        "otherwise": str(verdict.otherwise),
        "call": str(verdict.call.state),
        "closes_at": verdict.call.closes_at and verdict.call.closes_at.isoformat(),
        "reasons": sorted(f"{finding.reason}:{finding.truth}" for finding in verdict.findings),
    }


class DifferenceKind(StrEnum):
    """What changed for a scheme; only the first that fits is told."""

    NEW_SCHEME = "new_scheme"
    GONE_SCHEME = "gone_scheme"
    STATE = "state"
    CALL = "call"
    REASONS = "reasons"


@dataclass(frozen=True, slots=True)
class Difference:
    """`before` and `after` are kept verdicts, None where there was none."""

    key: str
    kind: DifferenceKind
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def differences(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> tuple[Difference, ...]:
    """Compare two sets of kept verdicts by scheme key, in the order of the keys."""
    found = []
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        kind = _kind(before, after)
        if kind is not None:
            found.append(Difference(key, kind, before, after))
    return tuple(found)


def _kind(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> DifferenceKind | None:
    if before is None:
        return DifferenceKind.NEW_SCHEME
    if after is None:
        return DifferenceKind.GONE_SCHEME
    if (before["state"], before["otherwise"]) != (after["state"], after["otherwise"]):
        return DifferenceKind.STATE
    if (before["call"], before["closes_at"]) != (after["call"], after["closes_at"]):
        return DifferenceKind.CALL
    return DifferenceKind.REASONS if before["reasons"] != after["reasons"] else None
