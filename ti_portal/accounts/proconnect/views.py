"""Leaving for ProConnect and coming back. A fault is a page that says how to go on, never an error 500."""

from collections.abc import Callable

import requests
from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from ti_portal.accounts.proconnect.provider import ProConnectAdapter


class CallbackView(OAuth2CallbackView):
    def _get_state(self, request, provider):
        state, response = super()._get_state(request, provider)
        self.adapter.state = state or {}
        return state, response


@login_not_required
def login(request: HttpRequest) -> HttpResponse:
    """Go to ProConnect. The answer to the form is a page that leads there at once, not a redirection: our security
    policy lets a form lead nowhere else than to ourselves, redirections included.
    """
    response = _guarded(OAuth2LoginView, request)
    if isinstance(response, HttpResponseRedirect):
        return leave_for(request, response.url)
    return response


@login_not_required
def callback(request: HttpRequest) -> HttpResponse:
    return _guarded(CallbackView, request)


def leave_for(request: HttpRequest, url: str) -> HttpResponse:
    return render(request, "socialaccount/login_redirect.html", {"redirect_to": url})


def _guarded(view_class: type, request: HttpRequest) -> HttpResponse:
    adapter = ProConnectAdapter(request)
    view: Callable = view_class.adapter_view(adapter)
    try:
        provider = adapter.get_provider()
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    try:
        return view(request)
    except (requests.RequestException, OAuth2Error) as error:
        # allauth does not expect these so early: the provider's configuration could not be read.
        return render_authentication_error(request, provider, exception=error)
