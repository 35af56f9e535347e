"""Reading the environment: typed, and a missing or bad value names itself in one sentence.

`Environment.problems` gathers every fault, so that an operator mends them all in one go.
"""

import os
from collections.abc import Callable, Mapping
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")
_MISSING = object()
_BOOLEANS = {
    "1": True, "true": True, "yes": True, "on": True, "oui": True,
    "0": False, "false": False, "no": False, "off": False, "non": False, "": False,
}  # fmt: skip


class Environment:
    """Typed access to environment variables.

    A value without default that is absent or unreadable is recorded in `problems` and replaced by a neutral one;
    `check()` then raises ImproperlyConfigured with all of them.
    """

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self._variables = os.environ if variables is None else variables
        self.problems: list[str] = []

    def _read(self, name: str, default: object, parse: Callable[[str], T], neutral: T, wanted: str) -> T:
        raw = self._variables.get(name, "").strip()
        if not raw:
            if default is _MISSING:
                self.problems.append(f"{name} manque : {wanted}.")
                return neutral
            return default  # type: ignore[return-value]
        try:
            return parse(raw)
        except (ValueError, KeyError):
            # The value itself is not repeated: it may be a secret.
            self.problems.append(f"{name} est illisible : {wanted}.")
            return neutral

    def text(self, name: str, default: object = _MISSING, *, wanted: str = "un texte") -> str:
        return self._read(name, default, str, "", wanted)

    def boolean(self, name: str, default: object = _MISSING) -> bool:
        return self._read(name, default, lambda raw: _BOOLEANS[raw.lower()], False, "oui ou non")

    def integer(self, name: str, default: object = _MISSING, *, wanted: str = "un nombre entier") -> int:
        return self._read(name, default, int, 0, wanted)

    def listing(
        self, name: str, default: object = _MISSING, *, wanted: str = "une liste séparée par des virgules"
    ) -> list[str]:
        def parse(raw: str) -> list[str]:
            return [item.strip() for item in raw.split(",") if item.strip()]

        neutral: list[str] = []
        return self._read(name, default, parse, neutral, wanted)

    def pairs(self, name: str) -> dict[str, str]:
        """« name=value name2=value2 », empty when the variable is."""

        def parse(raw: str) -> dict[str, str]:
            found = [pair.partition("=") for pair in raw.split()]
            if not all(key and value for key, _, value in found):
                raise ValueError
            return {key: value for key, _, value in found}

        return self._read(name, {}, parse, {}, "des paires nom=valeur séparées par des espaces")

    def url(self, name: str, schemes: tuple[str, ...], default: object = _MISSING) -> str:
        def parse(raw: str) -> str:
            if raw.split(":", 1)[0] not in schemes or ":" not in raw:
                raise ValueError
            return raw

        return self._read(name, default, parse, "", f"une adresse en {', '.join(schemes)}")

    def check(self) -> None:
        """Raise ImproperlyConfigured naming every variable that is missing or bad."""
        if self.problems:
            raise ImproperlyConfigured("Réglages de production : " + " ".join(self.problems))
