"""The délégation signs in with a second factor; whoever sends a form after the session ended is told so."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from ti_portal.accounts.permissions import is_delegation

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# What a member of the délégation without a second factor may reach: setting one up, proving who they are, leaving.
SETTING_UP = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "account_reauthenticate",
        "account_logout",
    }
)
SESSION_ENDED = (
    "Votre session était terminée : rien n’a été enregistré. Ce que vous avez tapé est sans doute encore dans la page "
    "d’avant : revenez-y avec votre navigateur et copiez votre texte, puis connectez-vous ici. Si vous modifiiez la "
    "page d’un territoire, elle vous proposera ensuite de le reprendre."
)


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    def process_view(self, request: HttpRequest, view_func, view_args, view_kwargs) -> HttpResponse | None:
        # Before anything asks who comes: that alone reads the session, and forbids shared caches to keep the answer.
        if getattr(view_func, "knows_nobody", False) and not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func) -> HttpResponse:
        if request.method == "POST":
            messages.warning(request, SESSION_ENDED)
        return super().handle_no_permission(request, view_func)


class DelegationMfaMiddleware:
    """Send a member of the délégation who has no second factor to the page that sets one up, whatever they ask for.

    Whoever has one has shown it: every way to sign in goes through allauth, which asks for it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        # The API answers the same to all: asking who comes would read the session, and say so in its answers.
        if getattr(view, "knows_nobody", False):
            return None
        if not is_delegation(request.user) or request.resolver_match.view_name in SETTING_UP:
            return None
        if is_mfa_enabled(request.user, SECOND_FACTORS):
            return None
        return redirect("mfa_index")
