"""The public door of the models. Import direction: reference → places → territories → people."""

from territories.models.people import ContactEntry, Invitation, Mandate
from territories.models.places import Adjacency, Membership, Outline, Place, PlaceName, Zoning
from territories.models.reference import DataSource, NomenclatureEntry, ReferenceLoad
from territories.models.territories import ListEdition, Territory, TerritoryProfile

__all__ = [
    "Adjacency",
    "ContactEntry",
    "DataSource",
    "Invitation",
    "ListEdition",
    "Mandate",
    "Membership",
    "NomenclatureEntry",
    "Outline",
    "Place",
    "PlaceName",
    "ReferenceLoad",
    "Territory",
    "TerritoryProfile",
    "Zoning",
]
