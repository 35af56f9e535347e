"""What the sections that `funding` gives to a territory's page depend on."""

from django.db import connection

from funding.catalogue.loading import DATA_NUMBER, Key
from territories.models import Territory
from territories.sections import Mark

# As the key of the catalogue: schemes and calls, places, the list of territories.
DATA = Mark("funding", (DATA_NUMBER, "load.id", "edition.applied_at"))


def key_of(territory: Territory) -> Key:
    """What they depend on at this visit, as the catalogue names it."""
    return connection.settings_dict["NAME"], *DATA.of(territory)
