"""Codes stored in the database by `territories`. Stable and English; the label is what people read."""

from enum import nonmember

from django.db import models


class PlaceKind(models.TextChoices):
    COMMUNE = "commune", "Commune"
    EPCI = "epci", "Intercommunalité"
    EPT = "ept", "Établissement public territorial"
    DEPARTEMENT = "departement", "Département"
    REGION = "region", "Région"
    COUNTRY = "country", "Pays"
    TERRITORY = "territory", "Territoire d’industrie"
    ZONING = "zoning", "Zonage"

    # What a territory is made of.
    territory_members = nonmember(("epci", "ept", "commune"))


class NameKind(models.TextChoices):
    """Why a name leads to a place."""

    OFFICIAL = "official", "Nom"
    WORD = "word", "Nom, à partir d’un de ses mots"
    FORMER = "former", "Ancienne commune ou commune déléguée"
    DISTRICT = "district", "Arrondissement municipal"
    RENAMED = "renamed", "Ancien nom"


class Wave(models.IntegerChoices):
    """First year of a generation of the programme. A territory's number is only unique within its wave."""

    FIRST = 2018, "2018-2022"
    CURRENT = 2023, "2023-2027"


class MandateRole(models.TextChoices):
    ELECTED = "elected", "Élu ou élue"
    INDUSTRIAL = "industrial", "Industriel ou industrielle"
    PROJECT_LEAD = "project_lead", "Chef ou cheffe de projet"
    REGION = "region", "Référent ou référente région"
    PREFECTURE = "prefecture", "Référent ou référente préfecture"
    BANQUE_DES_TERRITOIRES = "bdt", "Banque des Territoires"
    OPERATOR = "operator", "Autre opérateur de l’État"

    leading_pair = nonmember(("elected", "industrial"))


class Sector(models.TextChoices):
    """Filières, after the list of the comités stratégiques de filière of the Conseil national de l’industrie."""

    AEROSPACE = "aerospace", "Aéronautique et spatial"
    AGRIFOOD = "agrifood", "Agroalimentaire"
    AUTOMOTIVE = "automotive", "Automobile et mobilités"
    WOOD = "wood", "Bois, ameublement, papier"
    CHEMICALS = "chemicals", "Chimie et matériaux"
    CONSTRUCTION = "construction", "Construction et matériaux de construction"
    WATER = "water", "Eau"
    ELECTRONICS = "electronics", "Électronique"
    RAIL = "rail", "Ferroviaire"
    SEA = "sea", "Industries de la mer"
    HEALTH = "health", "Industries et technologies de santé"
    SECURITY = "security", "Industries de sécurité et de défense"
    DIGITAL = "digital", "Infrastructures numériques et logiciel"
    METALLURGY = "metallurgy", "Mines, métallurgie, mécanique"
    FASHION = "fashion", "Mode, textile, luxe"
    ENERGY = "energy", "Nouveaux systèmes énergétiques"
    NUCLEAR = "nuclear", "Nucléaire"
    PLASTICS = "plastics", "Plasturgie et caoutchouc"
    WASTE = "waste", "Recyclage et valorisation des déchets"
    GLASS = "glass", "Verre et céramique"


class NomenclatureKind(models.TextChoices):
    NAF = "naf", "Nomenclature d’activités (NAF rév. 2)"
    LEGAL_CATEGORY = "legal_category", "Catégories juridiques"
    STAFF_BAND = "staff_band", "Tranches d’effectif salarié"
