"""Settings of the processes of test_outbox_worker: the test's own database and broker, and a far end that answers."""

import os

from ti_portal.settings.test import *  # noqa: F403

OUTBOX_TRANSPORT = "smtp"
EMAIL_BACKEND = "ti_portal.core.mail.OutboxBackend"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ["FAR_END_PORT"])
EMAIL_USE_TLS = False
EMAIL_TIMEOUT = 60
