"""What the receiver needs to know, checked once."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from mailtriage.errors import ConfigError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where to listen, for whom, and how much to take."""

    host: str = "127.0.0.1"  # "" for no SMTP
    port: int = 8025  # 0: one the system chooses
    lmtp_path: Path | None = None
    max_size: int = 64 * 2**20
    max_connections: int = 500
    idle_timeout_s: float = 300
    networks: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    instance: str = "mailtriage"  # the name in our own mails' X-Mailtriage-Loop header
    hostname: str = "mailtriage"  # the name in the greeting

    def __post_init__(self) -> None:
        problems = []
        if not self.host and self.lmtp_path is None:
            problems.append("nothing to listen on: neither host nor lmtp_path is set")
        if not 0 <= self.port <= 65535:
            problems.append(f"port {self.port}: must be between 0 and 65535")
        problems += [f"{name} {value}: must be more than 0" for name, value in self._amounts() if value <= 0]
        for network in self.networks:
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                problems.append(f"networks: {error}")
        if problems:
            raise ConfigError("\n".join(problems), remedy="see the [receive] part of the configuration")

    def parsed_networks(self) -> tuple[Network, ...]:
        """The client networks as values that can be asked."""
        return tuple(ipaddress.ip_network(network) for network in self.networks)

    def _amounts(self) -> tuple[tuple[str, float], ...]:
        return (("max_size", self.max_size), ("max_connections", self.max_connections), ("idle_timeout_s", self.idle_timeout_s))
