"""The real portal, without the reference tables: what is tried is the start, not the load."""

from ti_portal.settings.local import *  # noqa: F403

OPENING_COMMANDS: list[str] = []
DEMO_ACCOUNTS_NOTICE = "tests.core.engines.up_settings.accounts"


def accounts() -> list[str]:
    return ["compte d'essai : essai@exemple.test"]
