"""From an aid of aides-territoires to a draft. Pure; never raises, whatever the aid holds.

What the source does not tell (missing, null, empty, of the wrong type) is left out of `Draft.given`: a machine does not
blank a text that was there. Dates:

* an aid « permanente » is permanent, whatever date it also bears: the source shows old ones. That date is to check;
* `is_live` is not read: the source calls live what has not opened yet. Opening and deadline are days in Paris;
* no date at all: permanent, with « check that it is open » among the conditions, as for the national schema.

Contacts are left at the source: they are names and addresses of people.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from html import escape
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from funding.eligibility.calls import first_instant, last_instant
from funding.eligibility.codes import AudienceCode, CriterionKind, HelpKind
from funding.eligibility.french import day as day_text
from funding.eligibility.french import number as number_text
from funding.enums import AmountKind, CallKind, LineOutcome, LinkKind, Role
from funding.national_schema import cells
from funding.national_schema.cells import Fault
from funding.national_schema.criteria import FIRM, NO_DATE, to_check
from funding.national_schema.drafts import (
    FIELDS,
    AmountDraft,
    Body,
    CallDraft,
    CriterionDraft,
    Draft,
    LinkDraft,
)
from funding.national_schema.mapping import MAX_BODIES, MAX_NAME, MAX_PROGRAMME, MAX_SUMMARY, SEPARATOR, contact_of
from funding.national_schema.texts import shortened
from funding.sources import answers
from funding.sources.aides_territoires.perimeters import Placed
from funding.sources.aides_territoires.vocabulary import PERMANENT, audience, help_kind
from funding.sources.reading import Entry, Problem
from territories import rich_text
from ti_portal.core.text import fold

T = TypeVar("T")

MAX_WORDS = 3_000
# Signs of HTML in which a summary finds its own: reading all of a long text costs more than all the rest.
ENOUGH = 10 * MAX_SUMMARY
MAX_EUROS = Decimal("999999999999")
HUNDRED = Decimal(100)
LINK_KINDS = (LinkKind.OFFICIAL, LinkKind.APPLY)
_TOLD = frozenset(FIELDS) - {"legal_basis"}


def key_of(aid: dict) -> str:
    """The identifier of an aid at the source: its number, or else its slug; "" when it has neither."""
    number = aid.get("id")
    if isinstance(number, int) and not isinstance(number, bool) and number > 0:
        return str(number)[:40]
    return answers.text(number, 40) or answers.text(aid.get("slug"), 200) or ""


def entry_of(position: int, aid: dict, placed: Placed, *, base: str) -> Entry | Problem:
    """Read an aid whose perimeter was looked up. `base` is the address of the API, from which paths are resolved."""
    key, name = key_of(aid), answers.text(aid.get("name"), MAX_NAME)
    title = name or answers.text(aid.get("slug"), MAX_NAME) or "(sans nom)"
    if not key or name is None:
        lost = "L’aide n’a ni numéro ni identifiant." if not key else "L’aide n’a pas de nom."
        return Problem(position, key, title, LineOutcome.REFUSED, (lost,))
    if placed.reason:
        return Problem(position, key, title, LineOutcome.UNPLACED, (placed.reason,))
    reader = _Reader(aid, base)
    draft = reader.draft(key, name, placed)
    return Entry(position, name, draft, tuple(reader.remarks))


class _Reader:
    """Reads the fields of one aid, noting which are not told and what a person should know."""

    def __init__(self, aid: dict, base: str) -> None:
        self.aid = aid
        self.base = base
        self.remarks: list[str] = []
        self.untold: set[str] = set()

    def draft(self, key: str, name: str, placed: Placed) -> Draft:
        roles = self._roles()
        contact = contact_of(roles)
        description = answers.rich(self.aid.get("description")) or ""
        eligibility = self._eligibility()
        call, dates = self._call(contact)
        criteria = self._criteria(contact, eligibility) + dates
        amounts, sums = self._amounts(contact)
        told = {
            "summary": rich_text.to_summary(_start(description, ENOUGH), MAX_SUMMARY) if description else "",
            "description": description,
            "eligibility_text": eligibility,
            "help_kinds": self._help_kinds(),
            "programme": shortened(SEPARATOR.join(answers.texts(self.aid.get("programs"), 200) or ()), MAX_PROGRAMME),
            "roles": roles,
            "links": self._links(),
            "source_date": self._day("date_updated", quiet=True),
        }
        self.untold |= {field for field, value in told.items() if not value}
        return Draft(
            key=key,
            name=name,
            included_codes=placed.included,
            excluded_codes=placed.excluded,
            criteria=tuple(dict.fromkeys(criteria + sums)),
            call=call,
            amounts=amounts,
            link_kinds=LINK_KINDS,
            given=_TOLD - self.untold,
            **told,
        )

    def _eligibility(self) -> str:
        """What the source says of who may apply, for what and when, in its own words."""
        lines = []
        for field, words in (("destinations", "Dépenses visées"), ("mobilization_steps", "Étapes du projet")):
            if told := answers.texts(self.aid.get(field), 200):
                lines.append(f"<p>{words} : {escape(', '.join(told), quote=False)}.</p>")
        html = answers.rich(self.aid.get("eligibility")) or ""
        both = rich_text.sanitise(html + "".join(lines))
        return both if len(both) <= rich_text.MAX_LENGTH else html

    def _help_kinds(self) -> tuple[str, ...]:
        kinds = set()
        for word in answers.texts(self.aid.get("aid_types"), 200) or ():
            kind, is_known = help_kind(word)
            if kind is not None:
                kinds.add(str(kind))
            elif not is_known:
                self.remarks.append(f"Nature d’aide inconnue du portail, non reprise : « {shortened(word, 60)} ».")
        return tuple(sorted(kinds))

    def _roles(self) -> tuple[tuple[Body, str], ...]:
        found: dict[tuple[str, str], tuple[Body, str]] = {}
        for field, role in (("financers", Role.FUNDER), ("instructors", Role.INSTRUCTOR)):
            for name in (answers.texts(self.aid.get(field), 200) or ())[:MAX_BODIES]:
                body = Body(*cells.split_acronym(name))
                if body.folded:
                    found.setdefault((body.folded, role), (body, role))
        return tuple(found.values())

    def _links(self) -> tuple[LinkDraft, ...]:
        links: dict[tuple[str, str], LinkDraft] = {}
        page = self.aid.get("url")
        if isinstance(page, str) and page:
            page = _within(self.base, page)
        for kind, value, label in (
            (LinkKind.OFFICIAL, self.aid.get("origin_url"), "Page officielle"),
            (LinkKind.OFFICIAL, page, "Fiche d’Aides-territoires"),
            (LinkKind.APPLY, self.aid.get("application_url"), "Déposer une demande"),
        ):
            if address := answers.link(value):
                links.setdefault((kind, address), LinkDraft(kind, address, label))
            elif isinstance(value, str) and value.strip():
                self.remarks.append(f"Adresse illisible, non reprise : « {shortened(value.strip(), 80)} ».")
        return tuple(links.values())

    def _criteria(self, contact: str, eligibility: str) -> list[CriterionDraft]:
        words = answers.texts(self.aid.get("targeted_audiences"), 200)
        if words is None:
            # Without its audience an aid would seem to be for all: what is there stays.
            self.untold.add("criteria")
            return []
        known = {word: audience(word) for word in words}
        codes = {str(told.code) for told in known.values() if told and told.code}
        strange = [word for word, told in known.items() if told is None or told.code is None]
        rows = []
        if codes:
            # An audience that the portal does not know could be the reader's own: nobody is rejected on half a list.
            rows.append(CriterionDraft(CriterionKind.AUDIENCE, values=tuple(sorted(codes)), is_hard=not strange))
        if strange:
            self.remarks.append(f"Public sans équivalent dans le portail : {shortened(', '.join(strange), 200)}.")
            rows.append(to_check(f"Publics que la source vise : {', '.join(words)}.", contact))
        firms = [told for told in known.values() if told and told.code == AudienceCode.FIRM]
        if firms and all(told.only for told in firms):
            only = " et ".join(dict.fromkeys(told.only for told in firms))
            rows.append(to_check(f"Parmi les entreprises, l’aide est réservée {only}.", contact, FIRM))
        if text := "\n".join(rich_text.to_lines(_start(eligibility, 3 * MAX_WORDS))):
            rows.append(to_check(shortened(text, MAX_WORDS), contact))
        if self.aid.get("is_charged") is True:
            rows.append(to_check("La source dit ce service payant : demandez son prix.", contact))
        return rows

    def _call(self, contact: str) -> tuple[CallDraft | None, list[CriterionDraft]]:
        if not {"start_date", "submission_deadline", "recurrence"} & self.aid.keys():
            self.untold.add("calls")
            return None, []
        opens, closes = self._day("start_date"), self._day("submission_deadline")
        before = self._day("predeposit_date")
        rows = (
            [to_check(f"Une première demande est à déposer avant la fin du {day_text(before)}.", contact)]
            if before
            else []
        )
        if "calls" in self.untold:
            # A date that cannot be read is not « no date »: the dates that are there stay.
            return None, rows
        kind = {True: CallKind.PROJECTS, False: CallKind.COUNTER}.get(_flag(self.aid.get("is_call_for_project")), "")
        recurrence = self.aid.get("recurrence")
        if isinstance(recurrence, str) and fold(recurrence) in PERMANENT:
            if closes:
                rows.append(
                    to_check(
                        f"La source dit l’aide permanente et donne la date du {day_text(closes)} : vérifiez.", contact
                    )
                )
            return CallDraft(kind=kind), rows
        if opens is None and closes is None:
            return CallDraft(kind=kind), [*rows, to_check(NO_DATE, contact)]
        if opens and closes and closes < opens:
            self.remarks.append("La clôture précède l’ouverture : seule la clôture est reprise.")
            opens = None
        return CallDraft.between(opens and first_instant(opens), closes and last_instant(closes), kind=kind), rows

    def _amounts(self, contact: str) -> tuple[tuple[AmountDraft, ...], list[CriterionDraft]]:
        """Only a rate of subvention, or the most that a help which is nothing but a loan or an advance lends, is an
        amount: a loan added to a subvention would count twice.
        """
        low = self._number("subvention_rate_lower_bound", HUNDRED)
        high = self._number("subvention_rate_upper_bound", HUNDRED)
        lent = {
            "un prêt": (HelpKind.LOAN, self._number("loan_amount", MAX_EUROS)),
            "une avance récupérable": (
                HelpKind.REPAYABLE_ADVANCE,
                self._number("recoverable_advance_amount", MAX_EUROS),
            ),
        }
        words = answers.text(self.aid.get("subvention_comment"), 300) or ""
        rate = high or low
        if rate:
            told = (
                f"de {number_text(low)} % à {number_text(rate)} %" if low and low < rate else f"{number_text(rate)} %"
            )
            text = shortened(f"Taux de subvention : {told}. {words}".strip(), 500)
            amounts = [
                AmountDraft(
                    AmountKind.RATE, rate=(rate / HUNDRED).quantize(Decimal("0.0001")), is_ceiling=True, text=text
                )
            ]
        else:
            amounts = []
        rows = []
        for noun, (kind, most) in lent.items():
            if not most:
                continue
            if self._help_kinds_quietly() == (str(kind),) and not rate:
                amounts.append(
                    AmountDraft(AmountKind.SPAN, upper=most.quantize(Decimal("0.01")), text=f"{noun.capitalize()}.")
                )
            else:
                rows.append(to_check(f"La source cite aussi {noun} d’au plus {number_text(most)} €.", contact))
        return tuple(amounts), rows

    def _help_kinds_quietly(self) -> tuple[str, ...]:
        kinds = {help_kind(word)[0] for word in answers.texts(self.aid.get("aid_types"), 200) or ()}
        return tuple(sorted(str(kind) for kind in kinds if kind))

    def _day(self, field: str, *, quiet: bool = False) -> date | None:
        return self._read(field, answers.day, "" if quiet else "calls")

    def _number(self, field: str, upper: Decimal) -> Decimal | None:
        return self._read(field, lambda value: answers.number(value, upper), "amounts")

    def _read(self, field: str, read: Callable[[object], T], part: str) -> T | None:
        try:
            return read(self.aid.get(field))
        except Fault as fault:
            shown = shortened(str(self.aid.get(field))[:200], 60)
            self.remarks.append(f"« {shown} » ({field}) : {fault}, non repris.")
            if part:
                self.untold.add(part)
            return None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _start(html: str, length: int) -> str:
    """The first signs of sanitised HTML, never cut within a tag."""
    return html if len(html) <= length else html[:length].rpartition("<")[0]


def _within(base: str, path: str) -> str:
    """The full address of a page of the source itself; "" when it leads elsewhere."""
    try:
        address = urljoin(base, path[:1_000])
        return address if urlsplit(address).netloc == urlsplit(base).netloc else ""
    except ValueError:
        return ""
