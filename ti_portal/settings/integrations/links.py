"""The weekly check of published addresses. Off where the portal is only tried: nobody outside is asked unasked."""

from ti_portal.settings.environment import Environment

_environment = Environment()

CHECK_PUBLISHED_LINKS = _environment.boolean("CHECK_PUBLISHED_LINKS", default=True)
_environment.check()
