"""Webhooks lead to the public internet, and nowhere else: not by an odd way to write an address, not by a name, not by
a redirect, and not by a name that means one thing when it is checked and another when it is connected to.

Nothing here leaves this machine: connecting is forbidden for as long as a test runs, and what tries is remembered.
"""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from api.delivery.hosts import OwnHosts
from api.delivery.sending import Sender
from api.store import webhooks
from tests.delivery.conftest import AdminClient, Made, Work, log_of
from tests.delivery.receivers import Answer, Receiver

Change = Callable[..., None]
Make = Callable[..., Made]
REFUSED = "Not sent: the host is not at an address of the public internet."
PUBLIC = "93.184.216.34"

#: Addresses that are not public, in every way of writing them.
ADDRESSES = [
    "127.0.0.1",
    "127.0.0.1:8000",
    "127.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "017700000001",
    "0177.0.0.1",
    "0",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "0xa9fea9fe",
    "168.63.129.16",
    "192.0.0.192",
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fec0::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
]
#: Names that mean an internal host wherever they are looked up, and what a resolver may say of them.
INTERNAL = {
    "localhost": "127.0.0.1",
    "LOCALHOST": "127.0.0.1",
    "localhost.": "127.0.0.1",
    "www.localhost": "127.0.0.1",
    "postgres": "10.1.2.3",
    "metadata.google.internal": "169.254.169.254",
    "printer.local": "192.168.1.9",
    "wiki.corp": "10.1.2.4",
    "router.home.arpa": "192.168.1.1",
}
#: Names that only a resolver knows to lead inside.
DISGUISED = {
    "127.0.0.1.nip.example": "127.0.0.1",
    "innocent.example.com": "10.0.0.7",
    "cloud.example.com": "169.254.169.254",
    "six.example.com": "::1",
    "mapped.example.com": "::ffff:10.0.0.7",
}


@dataclass
class Network:
    """A resolver that knows some names, and a network that no connection comes about in."""

    names: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    connected: list[Any] = field(default_factory=list)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    network = Network()
    resolve = socket.getaddrinfo

    def look_up(host: Any, port: Any, *arguments: Any, **options: Any) -> Any:
        known = {name.lower(): found for name, found in network.names.items()}
        name = host.lower() if isinstance(host, str) else host
        if name not in known:
            # A literal: whoever looks it up asks nobody.
            return resolve(host, port, *arguments, **{**options, "flags": socket.AI_NUMERICHOST})
        network.asked.append(name)
        answers = known[name]
        address = answers.pop(0) if len(answers) > 1 else answers[0]
        return resolve(address, port, *arguments, **{**options, "flags": socket.AI_NUMERICHOST})

    def connect(_: socket.socket, address: Any) -> None:
        network.connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket.socket, "connect", connect)
    return network


def lead_to(admin: AdminClient, made: Made, url: str) -> None:
    """Let a webhook lead where nobody could have it lead: what is stored is not trusted either."""
    admin.store.write(partial(webhooks.revise, id_=made["id"], url=url))


# When it is written.


def test_a_webhook_to_an_internal_host_is_refused(
    admin: AdminClient, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(admin.application.config, "OWN_HOSTS", OwnHosts())
    network.names = {name: [address] for name, address in INTERNAL.items()}
    for url in [f"{scheme}://{host}/hook" for host in (*ADDRESSES, *INTERNAL) for scheme in ("http", "https")]:
        refused = admin.post("/v1/webhooks", json={"url": url})
        assert refused.status_code == 422, url
        (error,) = refused.json["errors"]
        assert error["pointer"] == "/url"
        assert "NEWSFACTS_PRIVATE_HOSTS" in error["detail"]
    assert network.asked == [], "no name is looked up to check a URL that somebody sends"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/hook",
        "//example.com/hook",
        "ftp://example.com/hook",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "javascript:alert(1)",
        "http://",
        "http:///hook",
        "http://user@example.com/",
        "http://user:secret@example.com/",
        "http://example.com@127.0.0.1/",
        "http://example.com\\@127.0.0.1/",
        "http://127.0.0.1#@example.com/",
        "http://example.com/#fragment",
        "http://example.com:port/",
        "http://example.com:123456/",
        "http://exämple.com/",
        "http://①②⑦.⓪.⓪.①/",
        "http://[fe80::1%25eth0]/",
        "http://[5b6e]/",
        "http://exam ple.com/",
        "http://example.com/a b",
        "http://example.com/a\nb",
        "http://example.com/\x00",
        "http://example.com/" + "x" * 2000,
        7,
        None,
        ["http://example.com/"],
    ],
    ids=str,
)
def test_what_is_no_plain_url_is_refused(admin: AdminClient, url: object) -> None:
    refused = admin.post("/v1/webhooks", json={"url": url})
    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.json["errors"]} == {"/url"}


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/",
        "http://example.com:8080/hook?token=a%20b&c=d",
        "https://EXAMPLE.com/a/b;c=d/~e",
        "https://xn--exmple-cua.com/hook?x%5B%5D=1",
        f"https://{PUBLIC}/hook",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/hook",
        "http://127.0.0.1:1234/hook",
    ],
)
def test_a_plain_url_is_taken_as_it_is(admin: AdminClient, network: Network, url: str) -> None:
    made = admin.post("/v1/webhooks", json={"url": url})
    assert made.status_code == 201, made.text
    assert made.json["url"] == url
    assert network.asked == []


def test_the_url_of_a_webhook_cannot_be_changed_to_an_internal_one(admin: AdminClient, webhook: Make) -> None:
    made = webhook()
    path = f"/v1/webhooks/{made['id']}"
    headers = {"If-Match": admin.get(path).headers["ETag"]}
    assert admin.patch(path, json={"url": "http://169.254.169.254/"}, headers=headers).status_code == 422
    assert admin.get(path).json["url"] == made["url"]


# When it is sent to.


def test_nothing_is_sent_to_a_host_that_is_not_public(
    admin: AdminClient, webhook: Make, network: Network, change: Change
) -> None:
    network.names = {name: [address] for name, address in (INTERNAL | DISGUISED).items()}
    urls = [f"{scheme}://{host}/hook" for host in (*ADDRESSES, *INTERNAL, *DISGUISED) for scheme in ("http", "https")]
    made = [webhook(filters={"resource": ["event"]}) for _ in urls]
    for each, url in zip(made, urls, strict=True):
        lead_to(admin, each, url)
    change(1)
    work = Work(admin.store, own_hosts=OwnHosts())
    work.settle()
    work.delivering.close()
    assert network.connected == []
    told = {
        url: [each["error"] for each in log_of(admin, made)[0]["attempts"]]
        for url, made in zip(urls, made, strict=True)
    }
    assert told == {url: [REFUSED] for url in urls}


def test_an_address_is_connected_to_that_was_checked_and_no_other(network: Network) -> None:
    """A name that leads outside when it is checked, and inside when it is connected to."""
    network.names = {"rebound.example.com": [PUBLIC, "127.0.0.1", "127.0.0.1"]}
    result = Sender(OwnHosts(), 1).send("http://rebound.example.com:81/hook", b"{}", {})
    assert network.connected == [(PUBLIC, 81)]
    assert network.asked == ["rebound.example.com"]
    assert result.error == "The connection was refused, or broken off before there was an answer."


@pytest.mark.parametrize(
    "url, error",
    [
        ("http://nobody.example.com/", "The host has no address: its name does not resolve."),
        ("ftp://example.com/", "The URL cannot be used."),
        ("http://", "The URL cannot be used."),
        ("http://[::1", "The URL cannot be used."),
        ("http://" + "x" * 300 + ".example.com/", "The URL cannot be used."),
        ("nonsense", "The URL cannot be used."),
    ],
)
def test_a_url_that_leads_nowhere_is_told(network: Network, url: str, error: str) -> None:
    assert Sender(OwnHosts(), 1).send(url, b"{}", {}).error == error
    assert network.connected == []


def test_a_redirect_leads_nowhere(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters={"resource": ["event"]})
    receiver.say(else_=Answer(302, {"Location": "http://169.254.169.254/latest/meta-data/"}))
    change(1)
    work.settle()
    assert "redirect" in log_of(admin, made)[0]["attempts"][0]["error"]
    assert len(receiver.messages) == 1


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"])
def test_the_environments_proxy_is_not_used(network: Network, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """It would look the name up by itself, and connect to whatever it found."""
    monkeypatch.setenv(name, "http://127.0.0.1:3128")
    network.names = {"public.example.com": [PUBLIC]}
    Sender(OwnHosts(), 1).send("http://public.example.com/", b"{}", {})
    assert network.connected == [(PUBLIC, 80)]


def test_no_password_is_taken_from_the_users_netrc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password geheim\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    assert Sender(OwnHosts.read("127.0.0.1"), 5).send(receiver.url, b"{}", {}).error is None
    assert "authorization" not in receiver.messages[0].headers


# Hosts of one's own.


@pytest.mark.parametrize("own", ["127.0.0.1", "127.0.0.0/8", "10.0.0.0/8, 127.0.0.1/32", "receiver.lan"])
def test_a_host_of_ones_own_is_sent_to(monkeypatch: pytest.MonkeyPatch, receiver: Receiver, own: str) -> None:
    resolve = socket.getaddrinfo

    def look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        return resolve("127.0.0.1" if host == "receiver.lan" else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    result = Sender(OwnHosts.read(own), 5).send(f"http://receiver.lan:{receiver.port}/hook", b"{}", {"webhook-id": "x"})
    assert (result.status, result.error) == (204, None)
    assert receiver.messages[0].headers["host"] == f"receiver.lan:{receiver.port}"


@pytest.mark.parametrize(
    "own, url",
    [
        ("", "http://127.0.0.1/"),
        ("127.0.0.2", "http://127.0.0.1/"),
        ("10.0.0.0/8", "http://127.0.0.1/"),
        ("10.0.0.0/8", "http://innocent.example.com/"),
        ("receiver.lan", "http://127.0.0.1/"),
        ("receiver.lan", "http://other.receiver.lan/"),
        ("::1", "http://127.0.0.1/"),
    ],
)
def test_no_other_host_is_let_through_with_it(network: Network, own: str, url: str) -> None:
    network.names = {"innocent.example.com": ["192.168.0.1"], "other.receiver.lan": ["10.0.0.1"]}
    assert Sender(OwnHosts.read(own), 1).send(url, b"{}", {}).error == REFUSED
    assert network.connected == []


def test_a_network_of_ones_own_is_connected_to_by_the_address_that_was_checked(network: Network) -> None:
    network.names = {"rebound.lan": ["10.0.0.7", "192.168.0.1", "192.168.0.1"]}
    Sender(OwnHosts.read("10.0.0.0/8"), 1).send("http://rebound.lan/", b"{}", {})
    assert network.connected == [("10.0.0.7", 80)]


def test_ipv6_hosts_of_ones_own(network: Network) -> None:
    Sender(OwnHosts.read("::1"), 1).send("http://[::1]:8080/", b"{}", {})
    assert [address[:2] for address in network.connected] == [("::1", 8080)]


@pytest.mark.parametrize("text", ["10.0.0.0/33", "10.0.0.1/8", "a/b", "10.0.0", "http://x", "a b", "-", "ä.lan"])
def test_what_is_no_host_is_no_host_of_ones_own(text: str) -> None:
    with pytest.raises(ValueError, match="host names, addresses and networks"):
        OwnHosts.read(text)


# TLS.


@dataclass
class Certificate:
    """A certificate of receiver.test, which nobody trusts, and its key."""

    file: Path
    key: Path


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    command = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=receiver.test"]
    names = ["-addext", "subjectAltName=DNS:receiver.test", "-keyout", str(made.key), "-out", str(made.file)]
    subprocess.run([openssl, *command, *names], check=True, capture_output=True)
    return made


@pytest.fixture
def secure(certificate: Certificate, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Sends to the receiver over TLS, by a name that leads to it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.file, certificate.key)
    receiver.speak_tls(context)
    resolve = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: resolve("127.0.0.1", *rest, **more))
    sender = Sender(OwnHosts.read("127.0.0.1"), 5)
    return lambda host: sender.send(f"https://{host}:{receiver.port}/hook", b"{}", {"webhook-id": "x"})


def test_a_certificate_that_nobody_vouches_for_is_refused(secure: Callable[[str], Any], receiver: Receiver) -> None:
    assert secure("receiver.test").error.startswith("No secure connection")
    assert receiver.messages == []


def test_a_certificate_must_be_of_the_host_in_the_url(
    secure: Callable[[str], Any], receiver: Receiver, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(certificate.file))
    assert secure("receiver.test").error is None
    assert secure("other.test").error.startswith("No secure connection")
    assert len(receiver.messages) == 1
