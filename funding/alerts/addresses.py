"""Addresses that a message to a person carries. `secret` is that of the `Subscriber`; views are in `funding.views`."""

from ti_portal.accounts.links import absolute_url


def preferences_url(secret: str) -> str:
    """Where the person says what they want to be told, how often, and what they follow."""
    return absolute_url("funding:preferences", secret)


def unsubscribe_url(secret: str) -> str:
    """Where everything stops: GET shows one button, POST stops at once (RFC 8058: no session, no CSRF token)."""
    return absolute_url("funding:unsubscribe", secret)


def unfollow_url(secret: str, follow_id: int) -> str:
    """Where the person stops following one thing: GET shows one button."""
    return absolute_url("funding:unfollow", secret, follow_id)


def unsubscribe_headers(secret: str) -> dict[str, str]:
    """The headers by which a mail client offers to unsubscribe in one click (RFC 2369 and RFC 8058)."""
    return unsubscribe_headers_of(unsubscribe_url(secret))


def unsubscribe_headers_of(url: str) -> dict[str, str]:
    """The same from an address that was made already."""
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
