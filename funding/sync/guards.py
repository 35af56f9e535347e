"""When the answer of a source is not to be believed: then it closes nothing, and people are told. Pure."""

SHORTER_BY = 20  # percent
SHORTER = (
    "La réponse compte {usable} entrées lisibles, contre {last} la dernière fois : {less}\u00a0% de moins. Rien n’est "
    "fermé. Si la source a vraiment raccourci, relancez la lecture en acceptant une réponse plus courte."
)
EMPTY = "La réponse de la source est vide : rien n’est fermé, et la lecture reprendra."


def warnings(*, usable: int, last: int | None, accept_shorter: bool = False, is_whole: bool = True) -> list[str]:
    """French sentences on why an answer must close nothing; empty when it may be believed.

    `usable` counts the entries that could be read, `last` those of the last answer that was believed (None: never).
    A person who has looked may `accept_shorter`; an empty answer is never accepted. A feed is not `is_whole`: it loses
    what is past, and being shorter says nothing.
    """
    if not is_whole:
        return [] if usable or not last else [EMPTY]
    if not usable:
        return [EMPTY]
    if not last or accept_shorter or usable * 100 > last * (100 - SHORTER_BY):
        return []
    less = round((last - usable) * 100 / last)
    return [SHORTER.format(usable=_number(usable), last=_number(last), less=less)]


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")
