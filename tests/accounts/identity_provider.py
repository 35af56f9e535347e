"""A real identity provider on this machine, speaking as ProConnect does: discovery, authorization code with PKCE,
signed `userinfo`, signing out. A test may make it lie (`id_token`, `userinfo`, `signing_key`) or fail (`broken`).
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CLIENT_ID, CLIENT_SECRET = "portail-de-test", "secret-du-portail-de-test"
KEY_ID = "cle-1"
PERSON = {
    "sub": "b6048e95-bb13-4fe1-8a1c-3d0f9a8a0001",
    "email": "andrea.proconnect@territoire.test",
    "given_name": "Andrea",
    "usual_name": "Proconnect",
    "siret": "13002526500013",
}


KEY = rsa.generate_private_key(65537, 2048)
OTHER_KEY = rsa.generate_private_key(65537, 2048)


@dataclass
class IdentityProvider:
    issuer: str = ""
    key: rsa.RSAPrivateKey = KEY
    person: dict = field(default_factory=lambda: dict(PERSON))
    # Claims replaced before signing; None removes the claim.
    id_token: dict = field(default_factory=dict)
    userinfo: dict = field(default_factory=dict)
    signing_key: object = None
    algorithm: str = "RS256"
    # Paths that answer 500, and paths that answer this text instead.
    broken: set = field(default_factory=set)
    answers: dict = field(default_factory=dict)
    codes: dict = field(default_factory=dict)
    requests: list = field(default_factory=list)

    def sign(self, claims: dict, changes: dict) -> str:
        claims = {name: value for name, value in (claims | changes).items() if value is not None}
        return jwt.encode(claims, self.signing_key or self.key, self.algorithm, headers={"kid": KEY_ID})

    def base_claims(self) -> dict:
        now = int(time.time())
        return {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 60, "sub": self.person["sub"]}


def _handler(provider: IdentityProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self._answer({})

        def do_POST(self):
            length = int(self.headers.get("Content-Length", 0))
            self._answer(_flat(self.rfile.read(length).decode()))

        def _answer(self, body: dict) -> None:
            address = urlsplit(self.path)
            provider.requests.append((address.path, _flat(address.query), body))
            if address.path in provider.broken:
                return self._send(500, "panne", "text/plain")
            if address.path in provider.answers:
                return self._send(200, provider.answers[address.path], "application/json")
            return getattr(self, "_" + address.path.strip("/.").replace("/", "_").replace("-", "_").replace(".", "_"))(
                _flat(address.query), body
            )

        def _well_known_openid_configuration(self, query, body):
            names = {
                "authorization_endpoint": "authorize",
                "token_endpoint": "token",
                "userinfo_endpoint": "userinfo",
                "jwks_uri": "jwks",
                "end_session_endpoint": "session/end",
            }
            answer = {"issuer": provider.issuer} | {name: f"{provider.issuer}/{path}" for name, path in names.items()}
            self._send(200, json.dumps(answer), "application/json")

        def _jwks(self, query, body):
            public = provider.key.public_key()
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(public)) | {"kid": KEY_ID, "use": "sig", "alg": "RS256"}
            self._send(200, json.dumps({"keys": [key]}), "application/json")

        def _authorize(self, query, body):
            """The person agrees at once."""
            code = secrets.token_urlsafe(16)
            provider.codes[code] = query
            back = urlencode({"code": code, "state": query["state"]})
            self.send_response(302)
            self.send_header("Location", f"{query['redirect_uri']}?{back}")
            self.end_headers()

        def _token(self, query, body):
            asked = provider.codes.pop(body.get("code"), None)
            challenge = base64.urlsafe_b64encode(hashlib.sha256(body.get("code_verifier", "").encode()).digest())
            if (
                asked is None
                or asked["code_challenge"] != challenge.decode().rstrip("=")
                or asked["redirect_uri"] != body["redirect_uri"]
                or body.get("client_secret") != CLIENT_SECRET
            ):
                return self._send(400, '{"error": "invalid_grant"}', "application/json")
            token = provider.sign(provider.base_claims() | {"nonce": asked["nonce"]}, provider.id_token)
            answer = {"access_token": "acces", "token_type": "Bearer", "expires_in": 60, "id_token": token}
            return self._send(200, json.dumps(answer), "application/json")

        def _userinfo(self, query, body):
            if self.headers.get("Authorization") != "Bearer acces":
                return self._send(401, "", "text/plain")
            claims = provider.base_claims() | provider.person
            return self._send(200, provider.sign(claims, provider.userinfo), "application/jwt")

        def _send(self, status: int, text: str, kind: str) -> None:
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args) -> None:
            """The server keeps quiet."""

    return Handler


def _flat(query: str) -> dict:
    return {name: values[0] for name, values in parse_qs(query).items()}


@contextmanager
def running():
    provider = IdentityProvider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def public_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
