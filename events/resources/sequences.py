"""The agenda as a table. Key: address of the event and rank. Imports fill drafts only: each row of a published agenda
would be told to those who registered; its page tells them once.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from events import meetings
from events.enums import EventState
from events.models import Event, Sequence
from funding.resources.cells import Reader, read_rank
from territories import rich_text
from ti_portal.core.table_resources import Column, TableResource

SLUG, RANK, TITLE, MINUTES, TEXT, CHAPTER = (
    "Rencontre", "Rang", "Titre", "Durée (minutes)", "Ce qui s’y dit", "Chapitre à (s)",
)  # fmt: skip


# A no-break space is part of a French title.
_BLANK = re.compile(r"[ \t\r\n]+")


def with_facts(sequences: QuerySet) -> QuerySet:
    return sequences.select_related("event").order_by("-event__starts_at", "event__slug", "position", "pk")


def read_count(text: str) -> int | None:
    """A whole number, or nothing. Raises ValidationError."""
    bare = (text or "").strip()
    if not bare:
        return None
    if not bare.isdecimal() or int(bare[:7]) > 86_400:
        raise ValidationError(f"« {bare[:20]} » n’est pas un nombre entier.")
    return int(bare)


class SequenceResource(TableResource):
    title = "Programme"
    file_name = "programmes"
    key_columns = (SLUG, RANK)

    event = Column(column_name=SLUG)
    event_title = Column(column_name="Titre de la rencontre", readonly=True)
    rank = Column(column_name=RANK)
    title_cell = Column(column_name=TITLE, attribute="title")
    minutes = Column(column_name=MINUTES, attribute="minutes")
    text = Column(column_name=TEXT, attribute="text")
    chapter = Column(column_name=CHAPTER, attribute="chapter_at")
    speakers = Column(column_name="Qui parle", readonly=True)

    class Meta(TableResource.Meta):
        model = Sequence

    def dehydrate_event(self, row: Sequence) -> str:
        return row.event.slug if row.event_id else ""

    def dehydrate_event_title(self, row: Sequence) -> str:
        return row.event.title

    def dehydrate_rank(self, row: Sequence) -> int:
        return row.position

    def dehydrate_minutes(self, row: Sequence) -> str:
        return "" if row.minutes is None else str(row.minutes)

    def dehydrate_chapter(self, row: Sequence) -> str:
        return "" if row.chapter_at is None else str(row.chapter_at)

    def dehydrate_speakers(self, row: Sequence) -> str:
        return " | ".join(one.name for one in sorted(row.speakers.all(), key=lambda one: (one.position, one.pk)))

    def find(self, row: Mapping[str, Any]) -> Sequence | None:
        reader = Reader(row)
        event = reader.read(SLUG, event_of)
        rank = reader.read(RANK, read_rank)
        reader.check()
        self.found: Event = event
        found = event.sequences.filter(position=rank).select_related("event").order_by("pk").first()
        if found is None and rank > event.sequences.count() + 1:
            raise ValidationError({RANK: f"Le prochain rang libre est {event.sequences.count() + 1}."})
        return found

    def fill(self, instance: Sequence, row: Mapping[str, Any]) -> None:
        reader = Reader(row)
        instance.event = self.found
        instance.position = read_rank(row[RANK])
        if reader.has(TITLE):
            instance.title = _BLANK.sub(" ", row[TITLE] or "").strip()
        for column, name in ((MINUTES, "minutes"), (CHAPTER, "chapter_at")):
            if reader.has(column):
                setattr(instance, name, reader.read(column, read_count))
        if reader.has(TEXT):
            instance.text = rich_text.sanitise(row[TEXT] or "")
        reader.check()
        if not instance.title:
            raise ValidationError({TITLE: "Une séquence a un titre."})
        if len(instance.title) > Sequence._meta.get_field("title").max_length:
            raise ValidationError({TITLE: "Ce titre est trop long."})
        is_draft = self.found.state == EventState.DRAFT
        kept = None if is_draft or instance.pk is None else Sequence.objects.filter(pk=instance.pk).first()
        names = meetings.SEQUENCES.fields
        if not is_draft and (kept is None or any(getattr(kept, name) != getattr(instance, name) for name in names)):
            raise ValidationError({SLUG: "Le programme d’une rencontre publiée se change sur sa page."})

    def write(self, instance: Sequence, *, is_create: bool) -> None:
        written = {name: getattr(instance, name) for name in meetings.SEQUENCES.fields}
        kept_rows = instance.event.sequences.order_by("position", "pk")
        rows = [{"id": kept.pk, **(written if kept.pk == instance.pk else {})} for kept in kept_rows]
        if is_create:
            rows.append(written)
        event = meetings.save_event(
            event_id=instance.event_id, rows={"sequences": rows}, actor=self.actor, at=self.at
        ).event
        if is_create:
            instance.pk = event.sequences.order_by("-position", "-pk").values_list("pk", flat=True).first()


def event_of(slug: str) -> Event:
    """The event of an address. Raises ValidationError."""
    found = Event.objects.filter(slug=slug.strip().lower()).order_by("pk").first()
    if found is None:
        raise ValidationError(f"Aucune rencontre n’a l’adresse « {slug[:60]} ».")
    return found
