import pytest


@pytest.fixture(autouse=True)
def _mails_go_to_the_outbox(settings):
    """Django's bench keeps mails in memory; here they take the portal's own way."""
    settings.EMAIL_BACKEND = "ti_portal.core.mail.OutboxBackend"
