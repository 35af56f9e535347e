"""Folding names: what a person types and what a register holds meet in one form."""

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l"})
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_ABBREVIATIONS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "s": "sur", "ss": "sous"}
_ONLY_WITH_NEIGHBOURS = {"s", "ss"}


def fold(text: str) -> str:
    """Return `text` in lower case, without accents, with single spaces for everything that is not a letter or digit.

    « L'Haÿ-les-Roses » and « l haÿ les roses » give « l hay les roses ». NUL bytes vanish like any other sign.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return _NOT_A_WORD.sub(" ", bare.translate(_LIGATURES)).strip()


def fold_name(text: str) -> str:
    """Fold a place name and write its abbreviations in full: « St-Étienne » gives « saint etienne ».

    « s/ » for « sur » is only understood between two words: « Châlons s/ Marne ».
    """
    words = fold(text).split()
    last = len(words) - 1
    return " ".join(
        word
        if word not in _ABBREVIATIONS or (word in _ONLY_WITH_NEIGHBOURS and index in (0, last))
        else _ABBREVIATIONS[word]
        for index, word in enumerate(words)
    )


def whole_number(text: str, *, most: int = 10**12) -> int | None:
    """The whole number, negative or not, that `text` writes in plain digits; None for anything else or beyond `most`.

    `str.isdigit` also says yes to « ² », which `int` refuses.
    """
    if not _WHOLE.fullmatch(text):
        return None
    number = int(text)
    return number if abs(number) <= most else None
