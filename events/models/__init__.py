"""The public door of the models. Import direction: events → registrations → polls, words → rooms, reports."""

from events.models.events import Document, Event, EventChange, EventInvitation, Partner, Sequence, Series, Speaker
from events.models.polls import Ballot, Participation, Poll, PollOption, WithheldWord
from events.models.registrations import Registration
from events.models.reports import Report, ReportText
from events.models.rooms import Room
from events.models.words import AnswerLink, Question, Testimony, Upvote

__all__ = [
    "AnswerLink",
    "Ballot",
    "Document",
    "Event",
    "EventChange",
    "EventInvitation",
    "Participation",
    "Partner",
    "Poll",
    "PollOption",
    "Question",
    "Registration",
    "Report",
    "ReportText",
    "Room",
    "Sequence",
    "Series",
    "Speaker",
    "Testimony",
    "Upvote",
    "WithheldWord",
]
