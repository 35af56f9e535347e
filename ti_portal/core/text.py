"""Folding names: what a person types and what a register holds meet in one form."""

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l"})
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
