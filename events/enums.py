"""Codes stored by `events`. Lower-case, stable, English; the label is what people read."""

from enum import nonmember

from django.db import models


class EventKind(models.TextChoices):
    ASSEMBLY = "assembly", "Assemblée générale"
    SEMINAR = "seminar", "Séminaire de l’Observatoire"
    REGIONAL = "regional", "Réunion régionale"
    WEBINAR = "webinar", "Webinaire"


class EventState(models.TextChoices):
    DRAFT = "draft", "Brouillon"
    PUBLISHED = "published", "Publiée"
    CANCELLED = "cancelled", "Annulée"
    FINISHED = "finished", "Terminée"

    # A cancelled event keeps its page, which says so.
    public = nonmember(("published", "cancelled", "finished"))


class Visibility(models.TextChoices):
    PUBLIC = "public", "Tout le monde"
    COMMUNITY = "community", "La communauté (avec un mandat)"
    INVITATION = "invitation", "Sur invitation"


class DocumentKind(models.TextChoices):
    DOCUMENT = "document", "Document"
    PRESS = "press", "Dossier de presse"
    NOTE = "note", "Note"
    FILM = "film", "Film"
    LINK = "link", "Lien"


class RegistrationState(models.TextChoices):
    ASKED = "asked", "À confirmer"
    REGISTERED = "registered", "Inscription retenue"
    WAITING = "waiting", "Liste d’attente"
    CANCELLED = "cancelled", "Annulée"

    # Those for whom a place is kept, or asked.
    active = nonmember(("registered", "waiting"))


class PollKind(models.TextChoices):
    SINGLE = "single", "Un seul choix"
    MULTIPLE = "multiple", "Plusieurs choix"
    SCALE = "scale", "Échelle"
    TEXT = "text", "Réponse libre courte"


class PollState(models.TextChoices):
    DRAFT = "draft", "En préparation"
    OPEN = "open", "Ouvert"
    CLOSED = "closed", "Fermé"
    PUBLISHED = "published", "Résultats publiés"

    frozen = nonmember(("closed", "published"))


class Moderation(models.TextChoices):
    QUEUED = "queued", "À relire"
    ACCEPTED = "accepted", "Acceptée"
    REFUSED = "refused", "Écartée"


class AnswerState(models.TextChoices):
    NONE = "none", "Sans réponse"
    LIVE = "live", "Répondu en séance"
    WRITTEN = "written", "Répondu par écrit"
    TO_COME = "to_come", "Réponse à venir"


class RoomMode(models.TextChoices):
    CLOSED = "closed", "Fermée"
    REHEARSAL = "rehearsal", "Répétition"
    LIVE = "live", "En direct"


class Shown(models.TextChoices):
    """What the projected screen shows."""

    SEQUENCE = "sequence", "La séquence"
    POLL = "poll", "Le sondage"
    QUESTION = "question", "Une question"
    TESTIMONY = "testimony", "Un témoignage"
    MESSAGE = "message", "Un message"
