"""The délégation's pages on `territories`, one module per table."""

from territories.admin import (  # noqa: F401 - each registers its page
    contact,
    edition,
    invitation,
    mandate,
    membership,
    place,
    reference,
    territory,
    zoning,
)
