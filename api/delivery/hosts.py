"""Hosts: where webhooks may lead. Not into the network that this server stands in, unless its owner says so."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address

_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?", re.ASCII)
#: Names that lead into one's own network everywhere.
_INTERNAL = re.compile(r"(?:.*\.)?(?:localhost|localdomain|local|internal|intranet|lan|home|corp|private|home\.arpa)")
#: All of IPv6 that is routed in public.
_GLOBAL_UNICAST = ip_network("2000::/3")
#: Looks public to Python, and is not: what a machine is told about itself, and ways around what is checked here.
_SPECIAL = tuple(
    ip_network(each) for each in ("168.63.129.16", "192.0.0.0/24", "192.88.99.0/24", "2002::/16", "3fff::/20")
)


@dataclass(frozen=True, slots=True)
class OwnHosts:
    """Hosts of one's own network that webhooks may lead to all the same, by name or by address."""

    names: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def read(cls, text: str) -> Self:
        """Read host names, addresses and networks between commas; raises ValueError with what they must be."""
        names, networks = set(), []
        for each in filter(None, (part.strip().lower() for part in text.split(","))):
            try:
                networks.append(ip_network(each))
            except ValueError:
                if "/" in each or not _NAME.fullmatch(each) or each.replace(".", "").isdigit():
                    raise ValueError(
                        "host names, addresses and networks between commas, such as receiver.lan,127.0.0.1,10.0.0.0/8"
                    ) from None
                names.add(each)
        return cls(frozenset(names), tuple(networks))

    def find(self, host: str, port: int | None) -> str | None:
        """Give the address of a host that is one's own; None for any other one. Looks it up only if need be."""
        if host.rstrip(".") in self.names:
            return host
        if not self.networks:
            return None
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:  # whoever connects will meet it again, and say so
            return None
        address = plain(ip_address(found[0][4][0]))
        return str(address) if self.has(address) else None

    def has(self, address: Address) -> bool:
        """Tell whether an address is one's own."""
        return any(address in network for network in self.networks)


def plain(address: Address) -> Address:
    """Give the IPv4 address that an IPv6 address stands for, if it does."""
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the public internet's."""
    address = plain(address)
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _SPECIAL)


def objection(url: str, own: OwnHosts) -> str | None:
    """Say what speaks against a URL, as far as that can be told without looking up its name; None if nothing does."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return "The host in brackets is no IPv6 address."
    if host in own.names:
        return None
    address = _written_address(host)
    if address is not None:
        refused = not is_public(address) and not own.has(plain(address))
    else:
        refused = ("." not in host or _INTERNAL.fullmatch(host) is not None) and not own.networks
    if not refused:
        return None
    return f"{host!r} is not on the public internet. Whoever runs this server can allow it: NEWSFACTS_PRIVATE_HOSTS."


def _written_address(host: str) -> Address | None:
    """Read an address in any of the ways that a resolver does: 127.1, 0x7f000001, 2130706433 and 017700000001 too."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeEncodeError):
        return None
