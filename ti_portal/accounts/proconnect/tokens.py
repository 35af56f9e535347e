"""Checking what ProConnect signs. No network here: keys come as an argument."""

from collections.abc import Mapping

import jwt

# Asymmetric only: the algorithm named by a token must not turn a public key into a shared secret.
ALGORITHMS = ("RS256", "ES256", "PS256")
CLOCK_SKEW_SECONDS = 30


class RefusedToken(Exception):
    """A token that proves nothing. The message says which check failed, never what the token holds."""


def read_token(token: str, *, keys: Mapping, issuer: str, audience: str, required: tuple[str, ...]) -> dict:
    """Return the claims of a signed token.

    `keys` is the provider's key set as published (RFC 7517). Signature, issuer, audience, `exp` and `nbf` where
    present, and the presence of `required` are checked. Raises RefusedToken.
    """
    try:
        header = jwt.get_unverified_header(token)
        key = _key_named(header.get("kid"), keys)
        return jwt.decode(
            token,
            key=key,
            algorithms=ALGORITHMS,
            issuer=issuer,
            audience=audience,
            leeway=CLOCK_SKEW_SECONDS,
            options={"require": ["iss", "aud", *required]},
        )
    except jwt.PyJWTError as error:
        raise RefusedToken(type(error).__name__) from error


def _key_named(name: str | None, keys: Mapping) -> jwt.PyJWK:
    signing = [key for key in jwt.PyJWKSet.from_dict(dict(keys)).keys if key.public_key_use in (None, "sig")]
    found = [key for key in signing if key.key_id == name] if name else signing
    if len(found) != 1:
        raise RefusedToken("UnknownKey")
    return found[0]
