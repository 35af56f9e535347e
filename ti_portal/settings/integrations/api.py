"""The API: how many requests one address may make. A rate of 0 lifts the limit."""

from ti_portal.settings.environment import Environment

_environment = Environment()

# The start of every address of the API: errors there are told in its own form.
API_PREFIX = "/api/v1/"
API_RATE_PER_SECOND = _environment.integer("API_RATE_PER_SECOND", 20)
API_RATE_BURST = _environment.integer("API_RATE_BURST", 60)
_environment.check()
