"""The hosts of a simulated fleet: releases, mail systems, profiles and the small oddities each one keeps for life."""

from __future__ import annotations

import enum
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from mailtriage.simulate.mail import dice


class System(enum.StrEnum):
    """The operating system."""

    FREEBSD = "freebsd"
    DEBIAN = "debian"
    RHEL = "rhel"


class Mta(enum.StrEnum):
    """The local mail system: it decides Received, Message-Id and From."""

    SENDMAIL = "sendmail"
    DMA = "dma"
    POSTFIX = "postfix"
    EXIM = "exim"


class Profile(enum.StrEnum):
    """What a FreeBSD host's periodic.conf makes it mail."""

    STOCK = "stock"
    ZFS = "zfs"
    GMIRROR = "gmirror"
    MFI = "mfi"
    JAIL = "jail"
    QUIET = "quiet"  # daily_show_success=NO, security_show_success=NO
    INLINE = "inline"  # security output inside the daily mail
    VERBOSE = "verbose"  # pkg audit not quiet, more checks switched on


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A file system, with where its fill level stands and how it moves."""

    device: str
    mount: str
    size_g: float
    used: float  # % at the start
    growth: float  # % a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A network interface and its pace."""

    name: str
    mac: str
    network: str
    address: str
    packets_in: float  # a second
    packets_out: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One host; everything here stays the same for all its mails."""

    number: int
    name: str  # full name, lower case
    hostname: str  # what hostname(1) prints: short, or with capitals, on some hosts
    mail_domain: str  # what the MTA completes `root` with; a cloned image carries a wrong one
    zone: timezone
    zone_name: str
    system: System
    release: tuple[int, int]
    patch: int
    profile: Profile
    mta: Mta
    transfer: str  # "", or the encoding a relay puts on everything it sends
    volumes: tuple[Volume, ...]
    links: tuple[Link, ...]
    pool: str
    n_disks: int
    booted_days: float  # before the start
    users: int
    load: float
    login_failures: float  # a day
    run_s: float  # typical length of the nightly run
    chattiness: float  # Zabbix problems a day
    ip_last: int
    serial: str

    def at(self, day: date, hour: int, minute: int) -> datetime:
        """A time of the host's clock, in UTC."""
        return datetime.combine(day, time(hour, minute), tzinfo=self.zone).astimezone(UTC)

    @property
    def short(self) -> str:
        """The name up to the first dot, as `hostname -s` prints it."""
        return self.hostname.split(".")[0]

    @property
    def is_jail(self) -> bool:
        """Whether it is a jail: no devices, no kernel messages of its own."""
        return self.profile is Profile.JAIL

    @property
    def version(self) -> str:
        """`13.2-RELEASE-p4`"""
        return f"{self.release[0]}.{self.release[1]}-RELEASE" + (f"-p{self.patch}" if self.patch else "")

    @property
    def osreldate(self) -> int:
        """Its kernel version as uname -K prints it."""
        return self.release[0] * 100_000 + self.release[1] * 1_000 + (1 if self.patch else 0)

    @property
    def root(self) -> str:
        """The address of its root as its MTA writes it."""
        return f"root@{self.mail_domain}"


# One class after the other, so that a small fleet has every class too.
_CLASSES: tuple[tuple[System, tuple[int, int], Profile, Mta], ...] = (
    (System.FREEBSD, (13, 2), Profile.STOCK, Mta.SENDMAIL),
    (System.FREEBSD, (14, 1), Profile.ZFS, Mta.DMA),
    (System.DEBIAN, (12, 0), Profile.STOCK, Mta.POSTFIX),
    (System.FREEBSD, (12, 4), Profile.STOCK, Mta.SENDMAIL),
    (System.FREEBSD, (10, 4), Profile.GMIRROR, Mta.SENDMAIL),
    (System.FREEBSD, (13, 2), Profile.ZFS, Mta.POSTFIX),
    (System.FREEBSD, (14, 1), Profile.JAIL, Mta.DMA),
    (System.FREEBSD, (9, 3), Profile.MFI, Mta.SENDMAIL),
    (System.RHEL, (9, 4), Profile.STOCK, Mta.POSTFIX),
    (System.FREEBSD, (13, 2), Profile.QUIET, Mta.POSTFIX),
    (System.FREEBSD, (14, 1), Profile.ZFS, Mta.SENDMAIL),
    (System.FREEBSD, (14, 2), Profile.STOCK, Mta.POSTFIX),
    (System.FREEBSD, (12, 4), Profile.INLINE, Mta.SENDMAIL),
    (System.FREEBSD, (13, 3), Profile.STOCK, Mta.EXIM),
    (System.FREEBSD, (14, 1), Profile.VERBOSE, Mta.SENDMAIL),
    (System.FREEBSD, (13, 2), Profile.JAIL, Mta.SENDMAIL),
    (System.FREEBSD, (12, 4), Profile.ZFS, Mta.SENDMAIL),
    (System.DEBIAN, (11, 0), Profile.STOCK, Mta.EXIM),
    (System.FREEBSD, (12, 4), Profile.MFI, Mta.POSTFIX),
    (System.FREEBSD, (10, 4), Profile.STOCK, Mta.SENDMAIL),
    (System.FREEBSD, (13, 2), Profile.GMIRROR, Mta.DMA),
    (System.FREEBSD, (9, 3), Profile.STOCK, Mta.SENDMAIL),
    (System.RHEL, (7, 9), Profile.STOCK, Mta.POSTFIX),
    (System.FREEBSD, (14, 2), Profile.ZFS, Mta.DMA),
    (System.FREEBSD, (12, 4), Profile.STOCK, Mta.EXIM),
)
_NAMES = ("web", "db", "mx", "ns", "app", "files", "proxy", "cache", "build", "ldap", "git", "shell")
_DOMAINS = ("example.org", "example.net", "dc1.example.com", "ber.example.org")
_ZONES = ((0, "UTC"), (60, "CET"), (60, "CET"), (0, "UTC"), (-300, "EST"), (60, "CET"), (540, "JST"))


def hosts(count: int, seed: int) -> tuple[Host, ...]:
    """The first `count` hosts of the fleet of this seed; host n is the same in a larger fleet."""
    return tuple(_host(number, seed) for number in range(count))


def _host(number: int, seed: int) -> Host:
    source = dice(seed, "host", number)
    system, release, profile, mta = _CLASSES[number % len(_CLASSES)]
    domain = _DOMAINS[number % len(_DOMAINS)] if number < 60 else source.choice(_DOMAINS)
    label = f"{_NAMES[number % len(_NAMES)]}{number // len(_NAMES) + 1:02d}"
    name = f"{label}.{domain}"
    oddity = number % 17
    hostname, mail_domain, transfer = name, name, ""
    if oddity == 3:
        hostname = f"{label.capitalize()}.{domain}"
    elif oddity == 7:
        hostname = label
    elif oddity == 9:
        mail_domain = "template.example.net"  # the image it was cloned from
    elif oddity == 11:
        transfer = "quoted-printable"
    elif oddity == 14:
        transfer = "base64"
    offset, zone_name = source.choice(_ZONES)
    return Host(
        number=number,
        name=name,
        hostname=hostname,
        mail_domain=mail_domain,
        zone=timezone(timedelta(minutes=offset), zone_name),
        zone_name=zone_name,
        system=system,
        release=release,
        patch=source.randint(1, 11) if system is System.FREEBSD else 0,
        profile=profile,
        mta=mta,
        transfer=transfer,
        volumes=_volumes(source, system, release, profile),
        links=_links(source, number, profile),
        pool=source.choice(("tank", "zroot", "data")) if profile is Profile.ZFS else "",
        n_disks=source.choice((2, 4)),
        booted_days=source.uniform(3, 400),
        users=source.choice((0, 0, 1, 2)),
        load=source.lognormvariate(-1.2, 0.7),
        login_failures=source.choice((0.3, 2.0, 6.0, 25.0)),
        run_s=source.lognormvariate(4.6, 0.9),
        chattiness=source.choice((0.05, 0.15, 0.3, 0.7)),
        ip_last=10 + number % 240,
        serial=f"WD-WCC7K{source.randint(1_000_000, 9_999_999)}",
    )


_Sizes = tuple[tuple[str, str, float], ...]  # device, mount point, size in G
_LINUX: _Sizes = (("/dev/sda1", "/", 40), ("/dev/sdb1", "/srv", 900))
_OLD: _Sizes = (
    ("/dev/ad4s1a", "/", 9.7),
    ("/dev/ad4s1e", "/tmp", 9.7),  # noqa: S108 -- a mount point to print
    ("/dev/ad4s1f", "/usr", 58),
    ("/dev/ad4s1d", "/var", 29),
)
_NEW: _Sizes = (("/dev/ada0p2", "/", 39), ("/dev/ada0p4", "/var", 96))
_OF_PROFILE: dict[Profile, _Sizes] = {
    Profile.JAIL: (("tank/jails/j1", "/", 200),),
    Profile.ZFS: (("ROOT/default", "/", 60), ("home", "/home", 400), ("var", "/var", 120)),
    Profile.MFI: (("/dev/mfid0p2", "/", 19), ("/dev/mfid0p4", "/var", 29), ("/dev/mfid1p1", "/data", 17_000)),
    Profile.GMIRROR: (("/dev/mirror/gm0s1a", "/", 9.7), ("/dev/mirror/gm0s1d", "/var", 48), ("/dev/mirror/gm0s1e", "/usr", 190)),
}


def _volumes(source: random.Random, system: System, release: tuple[int, int], profile: Profile) -> tuple[Volume, ...]:
    sizes = _LINUX if system is not System.FREEBSD else _OF_PROFILE.get(profile, _OLD if release[0] < 11 else _NEW)
    return tuple(
        Volume(device=device, mount=mount, size_g=size, used=source.uniform(6, 74), growth=source.uniform(0.02, 0.3))
        for device, mount, size in sizes
    )


def _links(source: random.Random, number: int, profile: Profile) -> tuple[Link, ...]:
    name = source.choice(("em0", "igb0", "bge0", "re0", "ix0")) if profile is not Profile.JAIL else "epair1b"
    mac = "02:" + ":".join(f"{source.randrange(256):02x}" for _ in range(5))
    pace = source.lognormvariate(3.5, 1.4)
    link = Link(
        name=name,
        mac=mac,
        network="192.0.2.0/24",
        address=f"192.0.2.{10 + number % 240}",
        packets_in=pace,
        packets_out=pace * source.uniform(0.5, 1.5),
    )
    loop = Link(name="lo0", mac="lo0", network="your-net", address="localhost", packets_in=pace / 50, packets_out=pace / 50)
    return (link, loop)
