"""WSGI entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ti_portal.settings.production")

application = get_wsgi_application()

# A page makes thousands of objects that reference counting frees by itself. The collector of cycles looks at them, and
# at all that was imported, every 700: a tenth of the time of a page. Cycles are few: it may look less often.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
