"""Assemblies."""

from ti_portal.core.engines import layout
from ti_portal.settings.environment import Environment

_environment = Environment()

# Names and addresses of those who registered are kept so many days after the event.
EVENTS_KEEP_REGISTRATIONS_DAYS = _environment.integer("EVENTS_KEEP_REGISTRATIONS_DAYS", 90)
# Files of events. They are served by a view that knows who may read them, never as a folder (`events.views.files`).
MEDIA_ROOT = _environment.text("MEDIA_ROOT", str(layout.var_folder() / "media"))
MEDIA_URL = "/rencontres/fichiers/"
EVENTS_MAX_DOCUMENT_MB = _environment.integer("EVENTS_MAX_DOCUMENT_MB", 30)
EVENTS_MAX_RECORDING_MB = _environment.integer("EVENTS_MAX_RECORDING_MB", 2_000)
# How many fragments of a room the front answers in a second: what sets the pace of browsers. The portal's own server
# alone gives a few hundreds; nginx's micro-cache, thousands.
EVENTS_FRAGMENTS_PER_SECOND = max(1, _environment.integer("EVENTS_FRAGMENTS_PER_SECOND", 500))
_environment.check()
