"""Accounts for tests, with the rows that allauth wants beside them."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value

from ti_portal.accounts.models import User

PASSWORD = "une-phrase-de-passe-de-test"
TOTP_SECRET = "TESTAAAABBBBCCCCDDDDEEEEFFFFGGGG"


def account(email: str = "personne@exemple.test", *, verified: bool = True, **fields) -> User:
    user = User.objects.create_user(email, PASSWORD, **fields)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=verified)
    return user


def delegation_account(email: str = "delegation@exemple.test", *, protected: bool = True, **fields) -> User:
    """A member of the délégation, with the second factor that the portal asks of them unless `protected` is False."""
    user = account(email, is_staff=True, **fields)
    if protected:
        protect(user)
    return user


def protect(user: User, secret: str = TOTP_SECRET) -> Authenticator:
    return TOTP.activate(user, secret).instance


def code_at(moment: float, secret: str = TOTP_SECRET) -> str:
    """The six digits an application shows at `moment`, in seconds since 1970."""
    return format_hotp_value(hotp_value(secret, int(moment) // 30))
