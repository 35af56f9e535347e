"""The provider: what is asked of ProConnect, and what is kept of its answer."""

from urllib.parse import urlencode

import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.urls import reverse
from django.utils.crypto import constant_time_compare, get_random_string

from ti_portal.accounts.links import absolute_url
from ti_portal.accounts.proconnect.tokens import RefusedToken, read_token

ASKED_CONFIGURATION = ("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
KEPT_CLAIMS = ("sub", "email", "siret")


class ProConnectAdapter(OpenIDConnectOAuth2Adapter):
    """The exchange: every answer is checked, and any fault is an OAuth2Error, which becomes a page."""

    def __init__(self, request) -> None:
        super().__init__(request, "proconnect")
        # The state of this exchange, put here by the callback view; it holds the nonce.
        self.state: dict = {}

    @property
    def openid_config(self) -> dict:
        if not hasattr(self, "_configuration"):
            configuration = self._get_json(self.get_provider().server_url)
            missing = [name for name in ASKED_CONFIGURATION if not isinstance(configuration.get(name), str)]
            if missing:
                raise OAuth2Error(f"configuration without {', '.join(missing)}")
            self._configuration = configuration
        return self._configuration

    def complete_login(self, request, app, token, **kwargs):
        raw = kwargs["response"].get("id_token")
        if not isinstance(raw, str):
            raise OAuth2Error("no id_token")
        identity = self._read(raw, app, required=("sub", "exp", "nonce"))
        if not constant_time_compare(str(identity["nonce"]), self.state.get("nonce", "")):
            raise OAuth2Error("nonce of another exchange")
        claims = self._read(self._get_userinfo(token.token), app, required=("sub",))
        if claims["sub"] != identity["sub"]:
            raise OAuth2Error("userinfo of another person")
        try:
            validate_email(claims.get("email"))
        except ValidationError as error:
            raise OAuth2Error("no e-mail address") from error
        self.state["id_token"] = raw
        return self.get_provider().sociallogin_from_response(request, {"userinfo": claims})

    def get_callback_url(self, request, app) -> str:
        return absolute_url("proconnect_callback")

    def _read(self, token: str, app, *, required: tuple[str, ...]) -> dict:
        try:
            return read_token(
                token,
                keys=self._keys(),
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                required=required,
            )
        except RefusedToken as error:
            raise OAuth2Error(f"refused token: {error}") from error

    def _keys(self) -> dict:
        if not hasattr(self, "_key_set"):
            self._key_set = self._get_json(self.openid_config["jwks_uri"])
        return self._key_set

    def _get_userinfo(self, access_token: str) -> str:
        with get_adapter().get_requests_session() as session:
            response = session.get(self.profile_url, headers={"Authorization": f"Bearer {access_token}"})
            response.raise_for_status()
            return response.text.strip()

    def _get_json(self, url: str) -> dict:
        with get_adapter().get_requests_session() as session:
            response = session.get(url)
            response.raise_for_status()
            answer = response.json()
        if not isinstance(answer, dict):
            raise OAuth2Error("not a JSON object")
        return answer


class ProConnectProvider(OpenIDConnectProvider):
    id = "proconnect"
    name = "ProConnect"
    pkce_enabled_default = True
    oauth2_adapter_class = ProConnectAdapter

    def get_login_url(self, request, **kwargs) -> str:
        query = f"?{urlencode(kwargs)}" if kwargs else ""
        return reverse("proconnect_login") + query

    def get_callback_url(self) -> str:
        return reverse("proconnect_callback")

    def get_oauth2_adapter(self, request) -> ProConnectAdapter:
        return self.oauth2_adapter_class(request)

    def get_default_scope(self) -> list[str]:
        return ["openid", "given_name", "usual_name", "email", "siret"]

    def get_scope_from_request(self, request) -> list[str]:
        return self.get_scope()

    def get_auth_params_from_request(self, request, action) -> dict:
        return {"acr_values": "eidas1"}

    def redirect(self, request, process, next_url=None, data=None, **kwargs):
        nonce = get_random_string(43)
        kwargs["auth_params"] = {**self.get_auth_params_from_request(request, None), "nonce": nonce}
        return super().redirect(request, process, next_url, data, nonce=nonce, **kwargs)

    def extract_uid(self, data) -> str:
        return str(data["userinfo"]["sub"])

    def extract_extra_data(self, data) -> dict:
        return {"userinfo": {name: data["userinfo"][name] for name in KEPT_CLAIMS if data["userinfo"].get(name)}}

    def extract_common_fields(self, data) -> dict:
        claims = data["userinfo"]
        return {
            "email": _text(claims.get("email")).lower(),
            "first_name": _text(claims.get("given_name"))[:100],
            "last_name": _text(claims.get("usual_name"))[:100],
        }

    def extract_email_addresses(self, data) -> list[EmailAddress]:
        claims = data["userinfo"]
        # ProConnect does not always say that the address was verified; unless it does, we verify it ourselves.
        verified = claims.get("email_verified") is True
        return [EmailAddress(email=_text(claims["email"]).lower(), verified=verified, primary=True)]


def end_session_url(request, id_token: str) -> str | None:
    """Where to send the browser so that ProConnect forgets this session too; None when ProConnect does not answer."""
    adapter = ProConnectAdapter(request)
    try:
        address = adapter.openid_config.get("end_session_endpoint")
    except (requests.RequestException, OAuth2Error):
        return None
    if not isinstance(address, str):
        return None
    parameters = {
        "id_token_hint": id_token,
        "state": get_random_string(43),
        "post_logout_redirect_uri": absolute_url("home:home"),
    }
    return f"{address}?{urlencode(parameters)}"


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


provider_classes = [ProConnectProvider]
