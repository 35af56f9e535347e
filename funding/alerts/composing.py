"""A fact in French: what changed, from what to what, and what to do next. Pure: addresses and names come in.

Times are told in the round's own zone, and in the reader's beside it when their clocks differ. The words are the same
for whoever reads; nothing says a person's gender.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from funding.alerts import moments
from funding.alerts.known import instant
from funding.eligibility import calls, french
from funding.eligibility.wording import typeset
from funding.enums import NewsKind

LONGEST_NAME = 110


class Step(NamedTuple):
    """Something to do next, and where."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class News:
    """A fact and what is needed to tell it. `links`: call, catalogue, check; official where there is one."""

    kind: NewsKind
    scheme: str
    call: str
    after: Mapping[str, Any]
    before: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    due_at: datetime | None = None
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    """`subject` says it all; `lines` are sentences."""

    subject: str
    lines: tuple[str, ...]
    steps: tuple[Step, ...]


def tell(news: News, zone: str, at: datetime) -> Telling:
    """Tell a fact to readers of a zone at an aware instant: « il reste 3 jours » is counted on that day."""
    writer = _Writer(news, zone, at)
    headline, lines = writer.headline_and_lines()
    return Telling(
        typeset(f"{headline} : {writer.name(LONGEST_NAME)}"),
        tuple(typeset(line) for line in (*lines, *writer.apology())),
        tuple(writer.steps()),
    )


def said_moment(moment: datetime, zone: str, reader: str) -> str:
    """« 31 mars 2027 à 12 h », with the same instant on the reader's clock when it shows another hour."""
    there, here = (moment.astimezone(calls.zone_of(name)) for name in (zone, reader))
    if there.utcoffset() == here.utcoffset():
        return french.moment(moment, zone)
    told = french.moment(moment, zone) + (" (heure de Paris)" if zone == calls.PARIS else "")
    mine = french.moment(moment, reader) + (" (heure de Paris)" if reader == calls.PARIS else "")
    if there.date() == here.date():
        mine = mine.split(" à ", 1)[1]
    return f"{told}, soit {mine}"


def remaining(closes_at: datetime, zone: str, at: datetime) -> int:
    """Calendar days from `at` to the closing day, there."""
    there = calls.zone_of(zone)
    return (closes_at.astimezone(there).date() - at.astimezone(there).date()).days


class _Writer:
    def __init__(self, news: News, reader: str, at: datetime):
        self.news, self.reader, self.at = news, reader, at
        self.before, self.after = news.before, news.after
        self.zone = self.after.get("zone") or self.before.get("zone") or calls.PARIS

    def headline_and_lines(self) -> tuple[str, list[str]]:
        return getattr(self, f"_{'reminder' if self.news.kind in moments.REMINDERS else self.news.kind}")()

    def name(self, longest: int = 0) -> str:
        """Scheme and call, once where they say the same, with the round's label."""
        scheme, call = self.news.scheme, self.news.call
        whole = call if scheme.casefold() in call.casefold() else f"{scheme} – {call}"
        label = self.after.get("label") or self.before.get("label")
        whole += f" ({label})" if label else ""
        return whole if not longest or len(whole) <= longest else whole[: longest - 1].rstrip() + "…"

    def apology(self) -> Iterator[str]:
        if self.news.is_late and self.news.due_at is not None:
            due_at = said_moment(self.news.due_at, self.zone, self.reader)
            yield (
                f"Ce message vous parvient en retard : il aurait dû partir le {due_at}. "
                "Le portail ne fonctionnait pas ; nous vous prions de nous en excuser."
            )

    def steps(self) -> Iterator[Step]:
        links, why = self.news.links, self.after.get("why")
        closed = {
            NewsKind.EXHAUSTED: "Voir si une autre relève est prévue",
            NewsKind.CANCELLED: "Lire ce qui en est dit",
        }
        label = closed.get(self.news.kind, "Lire l’appel et ce qu’il faut préparer")
        if self.news.kind == NewsKind.RESULTS:
            label = "Revoir l’appel"
        yield Step(label, links["call"])
        if links.get("official") and why not in ("archived", "ended"):
            yield Step("Aller à la page officielle", links["official"])
        if self.news.kind in closed:
            yield Step("Chercher une autre aide", links["catalogue"])
        elif self.news.kind != NewsKind.RESULTS:
            yield Step("Vérifier que vous y avez droit", links["check"])

    # One a kind: the headline, then the sentences.

    def _reminder(self) -> tuple[str, list[str]]:
        closes_at = instant(self.after["closes_at"])
        days = remaining(closes_at, self.zone, self.at)
        when = {0: "aujourd’hui", 1: "demain"}.get(days, f"dans {days} jours")
        left = {0: "C’est le dernier jour pour déposer.", 1: "Il reste un jour pour déposer."}
        lines = [
            f"« {self.name()} » ferme {when}, le {self._say(closes_at)}.",
            left.get(days, f"Il reste {days} jours pour déposer."),
        ]
        return f"Ferme {when}, le {french.moment(closes_at, self.zone)}", lines

    def _opening(self) -> tuple[str, list[str]]:
        if self.after.get("is_permanent") and not self.after["closes_at"]:
            return "Ouvert en permanence", [f"« {self.name()} » est ouvert, sans date de clôture."]
        until = self._until()
        return f"Ouvert{until[0]}", [f"« {self.name()} » est ouvert{until[1]}."]

    def _announced(self) -> tuple[str, list[str]]:
        if opens_at := instant(self.after["opens_at"]):
            closes_at = instant(self.after["closes_at"])
            lines = [f"« {self.name()} » est annoncé. Ouverture : le {self._say(opens_at)}."]
            lines += [f"Clôture : le {self._say(closes_at)}."] if closes_at else []
            return f"Annoncé, ouvre le {french.moment(opens_at, self.zone)}", lines
        words = f" pour {self.after['announced_for']}" if self.after.get("announced_for") else ", sans date connue"
        return f"Annoncé{words}", [f"« {self.name()} » est annoncé{words}."]

    def _new_round(self) -> tuple[str, list[str]]:
        opens_at, closes_at = instant(self.after["opens_at"]), instant(self.after["closes_at"])
        lines = [f"Une nouvelle relève de « {self.name()} » est publiée."]
        if self.after.get("why") == "dated":
            lines = [
                f"Les dates de « {self.name()} » sont connues (l’annonce disait : {self.before['announced_for']})."
            ]
        lines += [f"Ouverture : le {self._say(opens_at)}."] if opens_at else []
        lines.append(f"Clôture : le {self._say(closes_at)}." if closes_at else "Aucune date de clôture n’est donnée.")
        if opens_at and opens_at > self.at:
            return f"Nouvelle relève, ouvre le {french.moment(opens_at, self.zone)}", lines
        return f"Nouvelle relève{self._until()[0]}", lines

    def _reopened(self) -> tuple[str, list[str]]:
        until = self._until()
        why = {
            "extended": "La clôture était passée ; la date vient d’être changée.",
            "envelope": "L’enveloppe était épuisée ; elle est de nouveau disponible.",
            "resumed": "L’appel était suspendu ; la suspension est levée.",
            "back": "Le dispositif était terminé ; il est de nouveau proposé.",
        }[self.after["why"]]
        lines = [f"On peut de nouveau déposer pour « {self.name()} »{until[1]}.", why]
        if self.after["why"] == "extended":
            lines.append(self._from_to("Clôture", "closes_at"))
        return f"Rouvert{until[0]}", lines

    def _moved(self) -> tuple[str, list[str]]:
        if self.after.get("why") == "suspended":
            resumes_at = instant(self.after["resumes_at"])
            lines = [f"La suspension de « {self.name()} » change.", self._from_to("Reprise", "resumes_at")]
            until = f"jusqu’au {french.moment(resumes_at, self.zone)}" if resumes_at else "sans date de reprise"
            return f"Suspendu {until}", lines
        names = {"opens_at": "Ouverture", "closes_at": "Clôture"}
        moved = [name for name in names if self.before.get(name) != self.after.get(name)]
        lines = [f"Les dates de « {self.name()} » changent."]
        lines += [self._from_to(names[name], name) for name in moved]
        if self.before.get("results_on") != self.after.get("results_on"):
            lines.append(self._results_from_to())
        if self.before.get("announced_for") != self.after.get("announced_for"):
            was, now = (self._announcement(said) for said in (self.before, self.after))
            lines.append(f"Annonce : {now}, au lieu de : {was}.")
        return self._moved_headline(moved), lines

    def _moved_headline(self, moved: list[str]) -> str:
        for name, noun in (("closes_at", "Clôture"), ("opens_at", "Ouverture")):
            if name not in moved:
                continue
            was, now = instant(self.before.get(name)), instant(self.after.get(name))
            if now is None:
                return f"{noun} sans date désormais"
            verb = "fixée" if was is None else "repoussée" if now > was else "avancée"
            return f"{noun} {verb} au {french.moment(now, self.zone)}"
        if self.before.get("results_on") != self.after.get("results_on"):
            now = self.after.get("results_on")
            return f"Résultats attendus le {_day(now)}" if now else "Résultats sans date désormais"
        return f"Annoncé pour {self._announcement(self.after)}"

    def _exhausted(self) -> tuple[str, list[str]]:
        return "Enveloppe épuisée", [
            f"L’enveloppe de « {self.name()} » est épuisée : une demande déposée maintenant ne serait pas financée."
        ]

    def _results(self) -> tuple[str, list[str]]:
        day = self.after["results_on"]
        lines = [f"Les résultats de « {self.name()} » étaient annoncés pour le {_day(day)}."]
        if date.fromisoformat(day) >= self.at.astimezone(calls.zone_of(self.zone)).date():
            lines = [f"Les résultats de « {self.name()} » sont annoncés pour aujourd’hui, {_day(day)}."]
        lines.append("Ils sont publiés par le service qui instruit ; le portail ne les reçoit pas toujours.")
        return f"Résultats attendus le {_day(day)}", lines

    def _cancelled(self) -> tuple[str, list[str]]:
        why = self.after.get("why")
        if why == "suspended":
            resumes_at = instant(self.after.get("resumes_at"))
            until = f" jusqu’au {self._say(resumes_at)}" if resumes_at else ", sans date de reprise"
            return "Suspendu", [f"« {self.name()} » est suspendu{until} : aucune demande n’est reçue."]
        lines = [f"« {self.name()} » est terminé : on ne peut plus déposer de demande."]
        if why == "round":
            lines = [f"Une relève de « {self.name()} » n’est plus publiée : elle n’aura pas lieu aux dates dites."]
        elif why == "not_permanent":
            lines = [f"« {self.name()} » n’est plus ouvert en permanence."]
        opens_at, closes_at = instant(self.before.get("opens_at")), instant(self.before.get("closes_at"))
        lines += [f"L’ouverture était dite pour le {self._say(opens_at)}."] if opens_at and opens_at > self.at else []
        lines += [f"La clôture était dite pour le {self._say(closes_at)}."] if closes_at and closes_at > self.at else []
        return {"round": "Relève annulée", "not_permanent": "Fermé"}.get(why, "Terminé"), lines

    def _say(self, moment: datetime) -> str:
        return said_moment(moment, self.zone, self.reader)

    def _until(self) -> tuple[str, str]:
        """The closing for a headline and for a sentence."""
        closes_at = instant(self.after["closes_at"])
        if closes_at is None:
            return ", sans date de clôture", ", sans date de clôture"
        return f" jusqu’au {french.moment(closes_at, self.zone)}", f" jusqu’au {self._say(closes_at)}"

    def _from_to(self, noun: str, name: str) -> str:
        was, now = instant(self.before.get(name)), instant(self.after.get(name))
        said = f"le {self._say(now)}" if now else "sans date"
        return f"{noun} : {said}, au lieu de : {f'le {self._say(was)}' if was else 'sans date'}."

    def _results_from_to(self) -> str:
        was, now = self.before.get("results_on"), self.after.get("results_on")
        said = f"le {_day(now)}" if now else "sans date"
        return f"Résultats : {said}, au lieu de : {f'le {_day(was)}' if was else 'sans date'}."

    def _announcement(self, told: Mapping[str, Any]) -> str:
        return told.get("announced_for") or ("des dates" if told.get("opens_at") or told.get("closes_at") else "rien")


def _day(text: str) -> str:
    return french.day(date.fromisoformat(text))
