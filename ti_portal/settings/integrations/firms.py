"""« Recherche d'entreprises », the public register that prefills the check. Without it people type."""

from ti_portal.settings.environment import Environment

_environment = Environment()

FIRMS_API_URL = _environment.url("FIRMS_API_URL", ("https", "http"), "https://recherche-entreprises.api.gouv.fr/search")
_environment.check()
