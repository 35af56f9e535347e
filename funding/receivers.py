"""What follows must do when something happens below: an address that refuses mail, an account that proves its own."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models.signals import post_save
from django.utils import timezone

from ti_portal.core.signals import address_refused


def connect() -> None:
    address_refused.connect(stop_refused_address, dispatch_uid="funding.stop_refused_address")
    post_save.connect(join_verified_address, sender=EmailAddress, dispatch_uid="funding.join_verified_address")


def stop_refused_address(email: str, at: datetime, **kwargs) -> None:
    from funding.subscribers import record_bounce

    with transaction.atomic():  # a savepoint: what fails here is no harm to the message's own transaction
        record_bounce(email=email, at=at)


def join_verified_address(instance: EmailAddress, raw: bool = False, **kwargs) -> None:
    """Whoever proves an address has what it followed; the follows of an account go with its address."""
    from funding.subscribers import join_account

    if instance.verified and instance.primary and not raw:
        join_account(user_id=instance.user_id, email=instance.email, at=timezone.now())
