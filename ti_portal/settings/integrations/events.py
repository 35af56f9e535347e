"""Assemblies."""

from ti_portal.settings.environment import Environment

_environment = Environment()

# Names and addresses of those who registered are kept so many days after the event.
EVENTS_KEEP_REGISTRATIONS_DAYS = _environment.integer("EVENTS_KEEP_REGISTRATIONS_DAYS", 90)
_environment.check()
