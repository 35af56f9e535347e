"""Forms in which the API gives events. Only what is public: no access link, nobody who registered."""

from ninja import Field

from events.enums import AnswerState, DocumentKind, EventKind, PollKind
from funding.api.schemas import SchemeRef
from ti_portal.core.api.schemas import Instant, Told


class EventOut(Told):
    slug: str = Field(description="Nom d’adresse : l’identifiant de la rencontre.", examples=["assemblee-generale"])
    title: str
    kind: EventKind
    state: str = Field(description="published, cancelled ou finished.", examples=["published"])
    summary: str
    page: str
    starts_at: Instant
    ends_at: Instant
    zone: str = Field(description="Fuseau où l’heure se vit.", examples=["Europe/Paris"])
    place: str | None = Field(description="Code de la région ou du territoire concerné ; vide : toute la France.")
    venue: str
    is_online: bool
    series: str | None = Field(description="Nom d’adresse du cycle.")
    calendar: str = Field(description="Adresse du fichier iCalendar.")
    updated_at: Instant | None


class EventPage(Told):
    items: list[EventOut]
    next: str | None = Field(description="Adresse de la page suivante ; vide à la dernière.")


class SpeakerOut(Told):
    name: str
    role: str = Field(description="Fonction à cette date.")
    organisation: str = Field(description="Organisme à cette date.")
    text: str = Field(description="HTML simple, nettoyé.")


class SequenceOut(Told):
    title: str
    minutes: int | None
    text: str = Field(description="HTML simple, nettoyé.")
    speakers: list[SpeakerOut]


class DocumentOut(Told):
    kind: DocumentKind
    label: str
    url: str = Field(description="Vide quand le document n’est pas publié.")
    remark: str


class PartnerOut(Told):
    name: str
    url: str


class OptionOut(Told):
    label: str
    votes: int | None = Field(description="Vide quand seul le pourcentage a été publié.")
    percent: int


class PollOut(Told):
    question: str
    kind: PollKind
    respondents: int
    options: list[OptionOut]
    texts: list[str] = Field(description="Réponses libres, dans l’ordre alphabétique.")


class AnswerLinkOut(Told):
    label: str
    url: str


class AnsweredQuestion(Told):
    question: str
    author: str
    theme: str
    answer_state: AnswerState
    answer: str = Field(description="HTML simple, nettoyé.")
    answered_by: str
    answered_at: Instant | None
    links: list[AnswerLinkOut]
    schemes: list[SchemeRef] = Field(description="Aides dont parle la réponse.")


class TestimonyOut(Told):
    title: str
    text: str
    topic: str
    territory: str | None = Field(description="Code du territoire qui témoigne.")
    author: str
    organisations: str


class EventDetail(EventOut):
    description: str = Field(description="HTML simple, nettoyé.")
    moderator: str
    cancelled_because: str
    attendance: str
    source: str
    agenda: list[SequenceOut]
    other_speakers: list[SpeakerOut] = Field(description="Qui parle hors séquence.")
    documents: list[DocumentOut]
    partners: list[PartnerOut]
    polls: list[PollOut] = Field(description="Sondages dont les résultats sont publiés.")
    questions: list[AnsweredQuestion] = Field(description="Questions qui ont une réponse officielle.")
    testimonies: list[TestimonyOut]
    report: str | None = Field(description="Adresse du compte rendu publié.")
