"""Codes stored by `funding` that are not rules; those of the rules are in `funding.eligibility.codes`."""

from collections.abc import Mapping
from enum import StrEnum, nonmember

from django.db import models


def choices(labels: Mapping[StrEnum, str]) -> list[tuple[str, str]]:
    """Return the choices of a model field from the labels of a code of the rules."""
    return [(str(code), label) for code, label in labels.items()]


class EditorialState(models.TextChoices):
    DRAFT = "draft", "Brouillon"
    TO_VALIDATE = "to_validate", "À valider"
    PUBLISHED = "published", "Publié"
    ARCHIVED = "archived", "Archivé"

    # What the public can open: an archived scheme keeps its address and says that it is over.
    public = nonmember(("published", "archived"))


class OrganisationKind(models.TextChoices):
    STATE = "state", "État"
    OPERATOR = "operator", "Opérateur de l’État"
    REGION = "region", "Région"
    LOCAL_AUTHORITY = "local_authority", "Collectivité"
    EUROPE = "europe", "Union européenne"
    PUBLIC_BANK = "public_bank", "Banque publique"
    SOCIAL_PARTNERS = "social_partners", "Organisme paritaire"
    NETWORK = "network", "Réseau d’entreprises"
    OTHER = "other", "Autre"


class Role(models.TextChoices):
    """What an organisation does for a scheme."""

    FUNDER = "funder", "Finance"
    INSTRUCTOR = "instructor", "Instruit les dossiers"
    PARTNER = "partner", "Accompagne"
    DISTRIBUTOR = "distributor", "Diffuse"


class CallKind(models.TextChoices):
    PROJECTS = "projects", "Appel à projets"
    INTEREST = "interest", "Appel à manifestation d’intérêt"
    PROPOSALS = "proposals", "Appel à propositions"
    COUNTER = "counter", "Guichet"


class LinkKind(models.TextChoices):
    OFFICIAL = "official", "Page officielle"
    APPLY = "apply", "Déposer un dossier"
    LEGAL = "legal", "Texte de référence"
    DOCUMENT = "document", "Document"


class AidRegime(models.TextChoices):
    """The European rule a scheme is granted under, for what it may be added to."""

    UNKNOWN = "unknown", "Non précisé"
    NONE = "none", "Pas une aide d’État"
    DE_MINIMIS = "de_minimis", "De minimis"
    EXEMPTED = "exempted", "Régime exempté (RGEC)"
    NOTIFIED = "notified", "Régime notifié"
    TEMPORARY = "temporary", "Encadrement temporaire"


class AmountKind(models.TextChoices):
    """How an amount is computed, after `funding.eligibility.amounts`."""

    FLAT = "flat", "Somme fixe"
    MONTHLY = "monthly", "Somme par mois"
    RATE = "rate", "Taux du montant du projet"
    RATE_BONUS = "rate_bonus", "Points de taux en plus, sous condition"
    BONUS = "bonus", "Somme en plus, sous condition"
    SPAN = "span", "Entre un minimum et un maximum"


class ResourceKind(models.TextChoices):
    LABOUR_LENDING = "labour_lending", "Prêt de main-d’œuvre"
    TRAINING = "training", "Formation"
    CLUSTER = "cluster", "Pôles, clusters et filières"
    RECRUITMENT = "recruitment", "Recrutement"


class ContestState(models.TextChoices):
    OPEN = "open", "À traiter"
    UPHELD = "upheld", "Verdict confirmé"
    CORRECTED = "corrected", "Critère corrigé"


class Rhythm(models.TextChoices):
    """How often a source is read."""

    MANUAL = "manual", "À la demande"
    HOURLY = "hourly", "Chaque heure"
    DAILY = "daily", "Chaque jour"
    WEEKLY = "weekly", "Chaque semaine"


class RunTrigger(models.TextChoices):
    SCHEDULE = "schedule", "Le calendrier"
    BUTTON = "button", "Une personne"
    UPLOAD = "upload", "Un fichier envoyé"
    COMMAND = "command", "Une commande"


class RunState(models.TextChoices):
    RUNNING = "running", "En cours"
    UNCHANGED = "unchanged", "Rien de nouveau"
    PLANNED = "planned", "À blanc : rien n’est écrit"
    APPLIED = "applied", "Appliquée"
    GUARDED = "guarded", "Réponse douteuse : rien n’est fermé"
    FAILED = "failed", "En échec"
    LOST = "lost", "Interrompue"

    # What a person should look at.
    ill = nonmember(("guarded", "failed", "lost"))


class LineOutcome(models.TextChoices):
    NEW = "new", "Nouveau"
    CHANGED = "changed", "Modifié"
    REOPENED = "reopened", "Rouvert"
    CLOSED = "closed", "Fermé"
    VANISHED = "vanished", "N’est plus publié"
    PROPOSED = "proposed", "À décider"
    UNPLACED = "unplaced", "Lieu inconnu"
    REFUSED = "refused", "Refusé"


class ProposalState(models.TextChoices):
    PENDING = "pending", "À décider"
    ACCEPTED = "accepted", "Acceptée"
    REFUSED = "refused", "Refusée"
    SUPERSEDED = "superseded", "Remplacée"


class NewsKind(models.TextChoices):
    """What can happen to a call, as its followers are told."""

    ANNOUNCED = "announced", "Appel annoncé"
    OPENING = "opening", "Ouverture"
    J30 = "j30", "Trente jours avant la clôture"
    J15 = "j15", "Quinze jours avant la clôture"
    J3 = "j3", "Trois jours avant la clôture"
    LAST_DAY = "last_day", "Dernier jour"
    MOVED = "moved", "Dates déplacées"
    REOPENED = "reopened", "Réouverture"
    NEW_ROUND = "new_round", "Nouvelle relève"
    EXHAUSTED = "exhausted", "Enveloppe épuisée"
    RESULTS = "results", "Résultats"
    CANCELLED = "cancelled", "Relève annulée ou appel suspendu"


class CalendarMoment(models.TextChoices):
    """What a calendar shows of a round."""

    OPENING = "opening", "Ouverture"
    CLOSING = "closing", "Clôture"


class Frequency(models.TextChoices):
    AT_ONCE = "at_once", "Dès que possible"
    DAILY = "daily", "Un courriel par jour"
    WEEKLY = "weekly", "Un courriel par semaine"


class StopReason(models.TextChoices):
    UNSUBSCRIBED = "unsubscribed", "Désinscription"
    BOUNCED = "bounced", "Adresse qui ne reçoit plus"


class AlertState(models.TextChoices):
    WAITING = "waiting", "En attente"
    WRITTEN = "written", "Écrite"
    DROPPED = "dropped", "Sans objet"


class BeneficiaryKind(models.TextChoices):
    """Who received. Only a legal person is named; « withheld » may be either, without proof."""

    LEGAL_PERSON = "legal_person", "Personne morale"
    INDIVIDUAL = "individual", "Particulier"
    WITHHELD = "withheld", "Bénéficiaire non nommé"


class LinkState(models.TextChoices):
    """Whether a published address still answers."""

    NEW = "new", "Pas encore vérifiée"
    ALIVE = "alive", "Répond"
    UNKNOWN = "unknown", "Inconnu : refuse les robots"
    FAILING = "failing", "Sans réponse une fois"
    DEAD = "dead", "Ne répond plus"

    silent = nonmember(("failing", "dead"))
    # Somebody answered: nothing may be said against the page.
    answering = nonmember(("alive", "unknown"))
