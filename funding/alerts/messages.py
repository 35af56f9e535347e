"""Putting facts into messages: a fact is rendered once per zone of readers, and each message only joins the pieces."""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.template.loader import render_to_string
from django.utils.html import escape

from funding.alerts import addresses
from funding.alerts.composing import News, Telling, tell
from funding.eligibility.wording import typeset
from funding.enums import Frequency
from ti_portal.accounts.links import absolute_url
from ti_portal.core.bulk_mail import Outgoing

KEPT = 2_000  # rendered facts; a few kilobytes each
# In one message: told whole, then by their headline; beyond, how many more.
MOST_WHOLE, MOST_LINES = 20, 200
RHYTHMS = {
    Frequency.AT_ONCE: "Vous recevez ce message dès que possible.",
    Frequency.DAILY: "Vous recevez au plus un message par jour.",
    Frequency.WEEKLY: "Vous recevez au plus un message par semaine.",
}
# Stand in rendered pieces for what differs from person to person; nobody types such signs.
_REASON, _FACTS, _PREFERENCES, _UNSUBSCRIBE = (f"\ue000{number}\ue001" for number in range(4))


@dataclass(frozen=True, slots=True)
class Piece:
    """A fact, rendered for readers of one zone."""

    subject: str
    text: str
    html: str
    url: str


@dataclass(frozen=True, slots=True)
class Part:
    """A fact for a person: the rendered piece and why this person receives it."""

    piece: Piece
    reason: str
    unfollow: str = ""  # where one stops following what this is told for


class Messages:
    """Composes messages at one instant. Memory is bounded: what was rendered last is kept, the rest rendered again."""

    def __init__(self, at: datetime):
        self.at = at
        self._pieces: OrderedDict[Hashable, Piece] = OrderedDict()
        self._frames: dict[str, tuple[str, str]] = {}
        # Made once: reversing an address a hundred thousand times costs more than writing the message.
        self._preferences = addresses.preferences_url(_PREFERENCES_SECRET)
        self._unsubscribe = addresses.unsubscribe_url(_PREFERENCES_SECRET)
        self._unfollow = addresses.unfollow_url(_PREFERENCES_SECRET, _FOLLOW)
        self.links = {"catalogue": absolute_url("funding:catalogue"), "check": absolute_url("funding:check")}

    def piece(self, key: Hashable, news: News, zone: str) -> Piece:
        """The rendered fact. `key` names the fact."""
        found = self._pieces.get((key, zone))
        if found is None:
            links = {**self.links, "call": absolute_url(news.links["call"]), "official": news.links["official"]}
            found = self._pieces[key, zone] = _render(tell(replace(news, links=links), zone, self.at))
            if len(self._pieces) > KEPT:
                self._pieces.popitem(last=False)
        return found

    def message(self, *, key: str, recipient: str, secret: str, frequency: str, parts: Sequence[Part]) -> Outgoing:
        """One message of one or several facts, in the order given."""
        text, html = self._frame(frequency)
        texts = [_text_of(part, with_title=len(parts) > 1) for part in parts[:MOST_WHOLE]]
        htmls = [part.piece.html.replace(_REASON, _html_reason(part)) for part in parts[:MOST_WHOLE]]
        if len(parts) > MOST_WHOLE:
            lines, more = self._in_short(parts[MOST_WHOLE:])
            texts.append(
                "\n".join(["Et aussi", "-" * 8, *(f"- {words} : {url}" for words, url in lines), more]).strip()
            )
            items = "".join(f'<li><a href="{escape(url)}">{escape(words)}</a></li>\n' for words, url in lines)
            htmls.append(f"<h2>Et aussi</h2>\n<ul>\n{items}</ul>\n<p>{escape(more)}</p>")
        preferences, unsubscribe = (url.replace(_PREFERENCES_SECRET, secret) for url in self._addresses())
        links = ((_PREFERENCES, preferences), (_UNSUBSCRIBE, unsubscribe))
        return Outgoing(
            key=key,
            recipient=recipient,
            subject=parts[0].piece.subject if len(parts) == 1 else _subject_of_many(parts),
            text_body=_filled(text, "\n\n\n".join(texts), links),
            html_body=_filled(html, "\n".join(htmls), links),
            headers=addresses.unsubscribe_headers_of(unsubscribe),
        )

    def _in_short(self, parts: Sequence[Part]) -> tuple[list[tuple[str, str]], str]:
        """Headlines with their addresses, and how many there are still."""
        left = len(parts) - MOST_LINES
        more = f"Et {left} autres nouvelles, que vous lirez sur le portail : {self.links['catalogue']}"
        return [(part.piece.subject, part.piece.url) for part in parts[:MOST_LINES]], typeset(more) if left > 0 else ""

    def unfollow_url(self, secret: str, follow_id: int) -> str:
        return self._unfollow.replace(_PREFERENCES_SECRET, secret).replace(str(_FOLLOW), str(follow_id))

    def _addresses(self) -> tuple[str, str]:
        return self._preferences, self._unsubscribe

    def _frame(self, frequency: str) -> tuple[str, str]:
        if frequency not in self._frames:
            context = {"rhythm": RHYTHMS[Frequency(frequency)], "facts": _FACTS}
            context |= {"preferences": _PREFERENCES, "unsubscribe": _UNSUBSCRIBE}
            text, html = (render_to_string(f"funding/alerts/mail/message.{kind}", context) for kind in ("txt", "html"))
            self._frames[frequency] = typeset(text), html
        return self._frames[frequency]


_PREFERENCES_SECRET = "0-secret-0"  # noqa: S105 - stands for a person's secret in an address made once
_FOLLOW = 10**15  # stands for a follow's number


def _render(telling: Telling) -> Piece:
    context = {"telling": telling, "reason": _REASON}
    text, html = (render_to_string(f"funding/alerts/mail/fact.{kind}", context) for kind in ("txt", "html"))
    return Piece(telling.subject, text.strip(), html.strip(), telling.steps[0].url)


def _text_of(part: Part, *, with_title: bool) -> str:
    stop = typeset(f"\nNe plus le suivre : {part.unfollow}") if part.unfollow else ""
    text = part.piece.text.replace(_REASON, part.reason + stop)
    return f"{part.piece.subject}\n{'-' * min(len(part.piece.subject), 70)}\n{text}" if with_title else text


def _html_reason(part: Part) -> str:
    stop = f' <a href="{escape(part.unfollow)}">Ne plus le suivre</a>' if part.unfollow else ""
    return escape(part.reason) + stop


def _subject_of_many(parts: Sequence[Part]) -> str:
    first = parts[0].piece.subject
    return typeset(f"{len(parts)} nouvelles des aides que vous suivez ; {first[:1].lower()}{first[1:]}")


def _filled(frame: str, facts: str, links: Sequence[tuple[str, str]]) -> str:
    for sign, url in links:
        frame = frame.replace(sign, url)
    return frame.replace(_FACTS, facts)
