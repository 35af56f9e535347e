"""Which addresses may be asked. A name is resolved once, each of its addresses checked, and the connection is made to
an address that was checked: a name that changes its mind meanwhile leads nowhere else.
"""

import ipaddress
import re
import socket
import threading

import httpx

from funding.fetching.errors import FetchError

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Special ranges that Python holds for global: protocol assignments, 6to4 relays, NAT64 of a local network.
_SPECIAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48")))
MAX_URL = 4_000
_PORTS = range(1, 65_536)


def checked_url(text: str) -> httpx.URL:
    """Read an address. Raises FetchError (`bad_url`) unless it is http or https, with a host and no credentials."""
    if len(text) > MAX_URL or re.search(r"[\x00-\x20\x7f<>\"]", text):
        raise FetchError("bad_url")
    try:
        url = httpx.URL(text)
        port = url.port
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise FetchError("bad_url") from error
    if (
        url.scheme not in ("http", "https")
        or not url.raw_host
        or url.userinfo
        or (port is not None and port not in _PORTS)
    ):
        raise FetchError("bad_url")
    return url.copy_with(fragment=None)


def is_public(text: str) -> bool:
    """Whether an IP address is one of the open Internet: not private, loopback, link-local, shared, multicast, nor one
    that carries such an address inside (IPv4 in IPv6, NAT64); tunnels (6to4, Teredo) are refused.
    """
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if address in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
        if address.sixtofour or address.teredo or address.is_site_local:
            return False
    if any(address.version == network.version and address in network for network in _SPECIAL):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def resolve(host: str, port: int, *, timeout: float, allow_private: bool) -> list[str]:
    """IP addresses of a host, in the order to try them.

    Raises FetchError: `unknown_host`, `timeout`, or `private_address` as soon as one of them is not public.
    """
    found: list[list | OSError | UnicodeError] = []

    def look_up() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(error)

    # A name server that does not answer holds its caller for as long as the system likes: it holds a thread instead.
    thread = threading.Thread(target=look_up, daemon=True, name="resolve")
    thread.start()
    thread.join(timeout)
    if not found:
        raise FetchError("timeout")
    if isinstance(found[0], Exception):
        raise FetchError("unknown_host") from found[0]
    addresses = list(dict.fromkeys(str(row[4][0]) for row in found[0]))
    if not allow_private and not all(is_public(address) for address in addresses):
        raise FetchError("private_address")
    return addresses
