"""Registrations as a table, to print or to sort. Export only: nobody is registered by a file."""

from django.utils import timezone

from events.models import Registration
from ti_portal.core.table_resources import Column, TableResource


def _moment(instant) -> str:
    return f"{timezone.localtime(instant):%d/%m/%Y %H:%M}" if instant else ""


class RegistrationResource(TableResource):
    """Cells that a spreadsheet would take for a formula are neutralised by the formats (`ti_portal.core`)."""

    title = "Inscriptions"
    file_name = "inscriptions"

    event = Column(column_name="Rencontre", readonly=True)
    last_name = Column(column_name="Nom", attribute="last_name", readonly=True)
    first_name = Column(column_name="Prénom", attribute="first_name", readonly=True)
    email = Column(column_name="Adresse électronique", attribute="email", readonly=True)
    organisation = Column(column_name="Organisme", attribute="organisation", readonly=True)
    commune = Column(column_name="Commune", readonly=True)
    territory = Column(column_name="Territoire", readonly=True)
    territory_code = Column(column_name="Code du territoire", readonly=True)
    state = Column(column_name="État", readonly=True)
    confirmed_at = Column(column_name="Confirmée le", readonly=True)
    attended_at = Column(column_name="Présence notée le", readonly=True)

    class Meta(TableResource.Meta):
        model = Registration

    def dehydrate_event(self, registration: Registration) -> str:
        return registration.event.title

    def dehydrate_commune(self, registration: Registration) -> str:
        return registration.commune.name if registration.commune else ""

    def dehydrate_territory(self, registration: Registration) -> str:
        return registration.territory.place.name if registration.territory else ""

    def dehydrate_territory_code(self, registration: Registration) -> str:
        return registration.territory.place.code if registration.territory else ""

    def dehydrate_state(self, registration: Registration) -> str:
        return registration.get_state_display()

    def dehydrate_confirmed_at(self, registration: Registration) -> str:
        return _moment(registration.confirmed_at)

    def dehydrate_attended_at(self, registration: Registration) -> str:
        return _moment(registration.attended_at)
