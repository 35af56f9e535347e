"""Sources of schemes and dates: what may be asked on the network, and the secrets that some of them want."""

from ti_portal.settings.environment import Environment

_environment = Environment()

# Only where sources stand on the same private network as the portal: who edits a source could then read that network.
SOURCES_ALLOW_PRIVATE_ADDRESSES = _environment.boolean("SOURCES_ALLOW_PRIVATE_ADDRESSES", default=False)
# Secrets by name; a source names its own (« nom du secret »), the database holds none.
SOURCE_CREDENTIALS = _environment.pairs("SOURCE_CREDENTIALS")
# Other limits than those of `funding.fetching.Limits`, by name.
SOURCES_LIMITS: dict[str, float] = {}
_environment.check()
