"""Words that keep a free answer from showing by itself."""

from django.db.models import F, Value
from django.db.models.functions import Concat, StrIndex

from events.models import WithheldWord
from ti_portal.core.text import fold


def is_withheld(text: str) -> bool:
    """Whether `text` holds one of the words of the list, as whole words, accents and case aside. One query."""
    padded = Value(f" {fold(text)} ")
    word = Concat(Value(" "), F("folded"), Value(" "))
    return WithheldWord.objects.annotate(place=StrIndex(padded, word)).filter(place__gt=0).exists()
