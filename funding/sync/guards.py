"""When the answer of a source is not to be believed: then it closes nothing, and people are told. Pure."""

SHORTER_BY = 20  # percent
EMPTY = "La réponse de la source est vide : rien n’est fermé, et la lecture reprendra."


def warnings(*, usable: int, last: int | None, accept_shorter: bool = False) -> list[str]:
    """French sentences on why an answer must close nothing; empty when it may be believed.

    `usable` counts the entries that could be read, `last` those of the last answer that was believed (None: never).
    A person who has looked may `accept_shorter`; an empty answer is never accepted.
    """
    if not usable:
        return [EMPTY]
    if not last or accept_shorter or usable * 100 > last * (100 - SHORTER_BY):
        return []
    less = round((last - usable) * 100 / last)
    return [
        f"La réponse compte {_number(usable)} entrées lisibles, contre {_number(last)} la dernière fois : "
        f"{less}\u00a0% de moins. Rien n’est fermé. Si la source a vraiment raccourci, "
        "relancez la lecture en acceptant une réponse plus courte."
    ]


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")
