"""What must follow a sign-in."""

from allauth.account.signals import user_logged_in

ID_TOKEN_KEY = "proconnect_id_token"  # noqa: S105 - a session key


def connect() -> None:
    user_logged_in.connect(remember_id_token, dispatch_uid="accounts.remember_id_token")


def remember_id_token(request, **kwargs) -> None:
    """Keep ProConnect's proof of this session: it is asked for when signing out there too."""
    login = kwargs.get("sociallogin")
    if login is not None and (token := login.state.get("id_token")):
        request.session[ID_TOKEN_KEY] = token
