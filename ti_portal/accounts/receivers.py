"""What must follow a sign-in, and a change of address."""

from allauth.account.models import EmailAddress
from allauth.account.signals import user_logged_in
from django.db.models import QuerySet
from django.db.models.signals import post_delete, pre_save

from ti_portal.accounts.models import PastAddress, User

ID_TOKEN_KEY = "proconnect_id_token"  # noqa: S105 - a session key


def connect() -> None:
    user_logged_in.connect(remember_id_token, dispatch_uid="accounts.remember_id_token")
    pre_save.connect(remember_changed_address, sender=User, dispatch_uid="accounts.remember_changed_address")
    post_delete.connect(remember_removed_address, sender=EmailAddress, dispatch_uid="accounts.remember_removed_address")


def remember_id_token(request, **kwargs) -> None:
    """Keep ProConnect's proof of this session: it is asked for when signing out there too."""
    login = kwargs.get("sociallogin")
    if login is not None and (token := login.state.get("id_token")):
        request.session[ID_TOKEN_KEY] = token


def remember_changed_address(instance: User, update_fields=None, **kwargs) -> None:
    """Whoever changes it (the person, the délégation), mails sent to the address before stay theirs."""
    if instance.pk is None or (update_fields is not None and "email" not in update_fields):
        return
    before = User.objects.filter(pk=instance.pk).values_list("email", flat=True).first()
    if before and before != instance.email:
        PastAddress.objects.get_or_create(user_id=instance.pk, email=before)


def remember_removed_address(instance: EmailAddress, origin=None, **kwargs) -> None:
    """An address that goes with its account leaves nothing behind."""
    model = origin.model if isinstance(origin, QuerySet) else type(origin)
    if model is EmailAddress:
        PastAddress.objects.get_or_create(user_id=instance.user_id, email=instance.email.lower())
