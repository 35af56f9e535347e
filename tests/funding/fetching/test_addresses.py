import pytest

from funding.fetching import addresses
from funding.fetching.addresses import checked_url, is_public, resolve
from funding.fetching.client import Client
from funding.fetching.errors import SENTENCES, FetchError


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1",
     "240.0.0.1", "255.255.255.255", "192.0.0.8", "192.88.99.1", "198.18.0.1", "192.0.2.1", "::", "::1", "fe80::1",
     "fe80::1%eth0", "fd00::1", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
     "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::1", "2001::1", "fd00:ec2::254", "nowhere", ""],
)  # fmt: skip
def test_addresses_that_are_not_of_the_open_internet(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "185.60.216.35", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "text",
    ["", "exemple.fr", "ftp://exemple.fr/", "file:///etc/passwd", "http://", "http:///a", "http://u:p@exemple.fr/",
     "http://u@exemple.fr", "http://exemple.fr/a b", "http://exemple.fr/\r\nX: y", "http://exemple.fr:0/",
     "http://exemple.fr:99999/", "http://[::1", "javascript:x", "http://" + "a" * 5_000],
)  # fmt: skip
def test_addresses_that_are_none(text):
    with pytest.raises(FetchError) as caught:
        checked_url(text)
    assert caught.value.code == "bad_url"


def test_an_address_is_made_plain():
    assert str(checked_url("https://Éxemple.fr/à?b=é#c")) == "https://xn--xemple-9ua.fr/%C3%A0?b=%C3%A9"


def test_one_private_address_is_enough_to_refuse_a_name(monkeypatch):
    """The name server is the outside here: it answers with a public address and a private one."""
    answer = [(2, 1, 6, "", ("8.8.8.8", 80)), (2, 1, 6, "", ("10.0.0.1", 80))]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *args, **kwargs: answer)
    with pytest.raises(FetchError) as caught:
        resolve("exemple.fr", 80, timeout=5, allow_private=False)
    assert caught.value.code == "private_address"
    assert resolve("exemple.fr", 80, timeout=5, allow_private=True) == ["8.8.8.8", "10.0.0.1"]


def test_a_redirect_to_a_private_address_is_refused_when_the_first_hop_was_not(settings):
    """What the network is asked for at each hop goes through the same check."""
    settings.SOURCES_ALLOW_PRIVATE_ADDRESSES = False
    with Client() as client:
        first = checked_url("https://exemple.fr/")
        following = client._followed("GET", [first], "https://127.0.0.1/", has_secrets=False)
        with pytest.raises(FetchError) as caught:
            client._asked("GET", following, {})
        assert caught.value.code == "private_address"
        with pytest.raises(FetchError) as caught:
            client._followed("GET", [first], "http://exemple.fr/", has_secrets=False)
        assert caught.value.code == "redirect_insecure"


def test_each_code_has_its_sentence():
    assert all(sentence.endswith((".", "!")) for sentence in SENTENCES.values())
    assert FetchError("timeout").may_pass
    assert not FetchError("private_address").may_pass
