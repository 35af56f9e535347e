"""Servers over TLS: a certificate that nobody vouches for, and a way back to plain HTTP."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from funding.fetching import FetchError, client, fetch
from tests.funding.fetching.servers import LIMITS, Answer, serving


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate of « localhost », with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def server(certificate, settings):
    settings.SOURCES_ALLOW_PRIVATE_ADDRESSES = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving(tls=context) as served:
        yield served


@pytest.fixture
def trusted(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    client._ssl_context.cache_clear()
    yield
    client._ssl_context.cache_clear()


def test_a_certificate_that_nobody_vouches_for_is_refused(server):
    with pytest.raises(FetchError) as caught:
        fetch(server.url, limits=LIMITS)
    assert caught.value.code == "certificate"
    assert server.asked == []


@pytest.mark.usefixtures("trusted")
def test_a_trusted_server_is_read_and_never_left_for_plain_http(server):
    assert fetch(server.url, limits=LIMITS).status == 200
    # The name of the certificate is that of the address, not of what it resolves to.
    with pytest.raises(FetchError) as caught:
        fetch(server.url.replace("localhost", "127.0.0.1"), limits=LIMITS)
    assert caught.value.code == "certificate"
    with serving() as plain:
        server.answers(Answer(status=301, headers={"Location": plain.url}))
        with pytest.raises(FetchError) as caught:
            fetch(server.url, limits=LIMITS)
        assert caught.value.code == "redirect_insecure"
        assert plain.asked == []
