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
