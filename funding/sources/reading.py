"""What a reading of a source gives, whatever its kind. Nothing here is compared with the portal nor written."""

from dataclasses import dataclass
from functools import cached_property

from funding.enums import LineOutcome
from funding.national_schema.drafts import Draft


class UnreadableSource(ValueError):
    """The answer cannot be used at all: `message` says why in French, `code` is stable. Nothing of it is kept."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


@dataclass(frozen=True)
class Content:
    """What a source answered, before anything is understood. `name` is a file name for who downloads it.

    The same data give the same bytes when the kind can make it so: a digest tells whether anything is new.
    `is_unchanged`: the source said 304, there are no bytes.
    """

    data: bytes = b""
    name: str = ""
    type: str = ""
    etag: str = ""
    last_modified: str = ""
    is_unchanged: bool = False


@dataclass(frozen=True)
class Entry:
    """One thing that the source tells and that the portal can use. `position` counts from 1, or is a row's number.

    `remarks` are French sentences on what was not kept.
    """

    position: int
    title: str
    draft: Draft
    remarks: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.draft.key


@dataclass(frozen=True)
class Problem:
    """One thing that the source tells and that a person has to look at: `outcome` is UNPLACED or REFUSED.

    `key` is empty when not even that could be read. A scheme whose key is here has not vanished from its source.
    """

    position: int
    key: str
    title: str
    outcome: LineOutcome
    reasons: tuple[str, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """All that a source tells today: each thing is an entry or a problem, in the source's order, keys being unique.

    `is_whole`: the answer lists everything the source publishes, so that what is no longer there has vanished. It is
    False for feeds, and for an answer cut short. `warnings` are French sentences on the whole answer.
    """

    items: tuple[Entry | Problem, ...] = ()
    warnings: tuple[str, ...] = ()
    is_whole: bool = True

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(item for item in self.items if isinstance(item, Entry))

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(item for item in self.items if isinstance(item, Problem))

    @cached_property
    def keys(self) -> frozenset[str]:
        """Keys of all that was told, understood or not."""
        return frozenset(item.key for item in self.items if item.key)
