"""The configuration: one frozen value, built and checked whole before anything starts.

Default and description stand beside each key; `init` writes the commented file and docs/config.md from them.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import re
import tomllib
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from mailtriage.errors import ConfigError, Place

ENVIRONMENT = "MAILTRIAGE_CONFIG"
PLACES = (Path("mailtriage.toml"), Path("/etc/mailtriage/mailtriage.toml"), Path("/usr/local/etc/mailtriage/mailtriage.toml"))


def _key(default: object, help: str) -> typing.Any:
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreConfig:
    """Where mails and verdicts are kept."""

    path: Path = _key(Path("/var/db/mailtriage"), "folder of the two SQLite files; must be on a local file system")
    keep_dropped_days: int = _key(90, "days for which a dropped mail can be taken back")
    keep_raised_days: int = _key(400, "days for which every other mail is kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveConfig:
    """Who may hand in mail, and how much."""

    host: str = _key("127.0.0.1", "address to listen on for SMTP")
    port: int = _key(8025, "port to listen on; 0 lets the system choose")
    lmtp: str = _key("", "path of a unix socket for LMTP; empty: none")
    networks: tuple[str, ...] = _key(("127.0.0.0/8", "::1/128"), "networks that may connect")
    max_size: int = _key(64 * 2**20, "largest mail in bytes; a larger one is refused with 552")
    max_connections: int = _key(500, "connections at once; one more is answered 421 and comes again")
    idle_timeout_s: int = _key(300, "seconds after which a silent connection is closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesConfig:
    """The rules of this site."""

    local: Path = _key(Path("rules.d"), "folder of your own rules, laid over the shipped ones; relative to this file")


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryConfig:
    """What is known of the hosts, and how much it weighs: docs/inventory.md."""

    file: str = _key("", "your own inventory, a TOML file; empty: none")
    ansible: tuple[str, ...] = _key((), "Ansible inventories: INI or YAML files, or folders; nothing in them is run")
    policy: str = _key("", "table of how attributes of a host change severity and order; empty: the shipped one")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """What learning may do."""

    path: str = _key("shipped", "folder of the model; `shipped`: the one this site trained, else the one that came with mailtriage; `none`")
    promote_after: int = _key(30, "mails of a kind confirmed quiet before `mailtriage model promote KIND` lets learning drop there")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsConfig:
    """How long an event may end by itself before anybody is told. Only senders that say OK (Zabbix ...) are waited for."""

    hold_warning_s: int = _key(600, "seconds a warning, and its end, are held; over by then, it is only counted")
    hold_high_s: int = _key(600, "the same for high; critical is never held")
    flapping_after: int = _key(6, "times in a row, each within an hour, that a problem may be over before it is told because it flaps")


@dataclass(frozen=True, slots=True, kw_only=True)
class StormConfig:
    """How many new events sinks are told of within an hour. What is beyond is counted by one overflow event; critical is always told."""

    per_host: int = _key(20, "of one host")
    per_kind: int = _key(50, "from one kind of mail")
    total: int = _key(100, "in all")


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayConfig:
    """The MTA that takes what leaves by mail: digests, and mail of people, unchanged."""

    host: str = _key("", "address of the relay; empty: mail of people and digests stay in the store, and `doctor` says so")
    port: int = _key(25, "port of the relay")
    sender: str = _key("mailtriage@localhost", "envelope sender of digests")
    pass_to: tuple[str, ...] = _key((), "where mail of people goes; empty: to the recipients it came with")


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestConfig:
    """When the digest goes out, and to whom."""

    to: tuple[str, ...] = _key((), "readers; empty: the digest is only shown by `mailtriage digest`")
    at: str = _key("06:30", "time of day, HH:MM")
    zone: str = _key("UTC", "time zone of `at` and of the times shown")
    n_audits: int = _key(5, "dropped sections each digest asks about, drawn at random; 0: none")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditConfig:
    """How many wrong drops are borne before a rule, or learning on a kind, drops nothing any more."""

    limit: float = _key(0.01, "share of wrong drops: a source of drops that is more likely than not above it is suspended")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpConfig:
    """Metrics and health, on loopback."""

    host: str = _key("127.0.0.1", "address to listen on")
    port: int = _key(8026, "port for /metrics, /-/healthy and /-/ready; 0 lets the system choose, -1 switches it off")


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkConfig:
    """One `[[sink]]` table; the sink's own module checks the rest of its keys."""

    name: str
    type: str
    min_severity: str = "warning"
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything the daemon and the commands need to know."""

    path: Path | None = None
    store: StoreConfig = field(default_factory=StoreConfig)
    receive: ReceiveConfig = field(default_factory=ReceiveConfig)
    rules: RulesConfig = field(default_factory=RulesConfig)
    inventory: InventoryConfig = field(default_factory=InventoryConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    events: EventsConfig = field(default_factory=EventsConfig)
    storm: StormConfig = field(default_factory=StormConfig)
    relay: RelayConfig = field(default_factory=RelayConfig)
    digest: DigestConfig = field(default_factory=DigestConfig)
    audit: AuditConfig = field(default_factory=AuditConfig)
    http: HttpConfig = field(default_factory=HttpConfig)
    sinks: tuple[SinkConfig, ...] = ()

    @property
    def folder(self) -> Path:
        """The folder that relative paths of the configuration start from."""
        return self.path.parent if self.path else Path()


TABLES: Mapping[str, type] = {
    "store": StoreConfig,
    "receive": ReceiveConfig,
    "rules": RulesConfig,
    "inventory": InventoryConfig,
    "model": ModelConfig,
    "events": EventsConfig,
    "storm": StormConfig,
    "relay": RelayConfig,
    "digest": DigestConfig,
    "audit": AuditConfig,
    "http": HttpConfig,
}
_SEVERITIES = ("info", "warning", "high", "critical")
_GONE = {
    ("model", "promoted"): "; remove it: `mailtriage model promote KIND` lets learning act on a kind",
    ("digest", "silent_after_h"): "; remove it: when a report is late is learnt, and cadence.toml beside this file overrides it",
}
_TAKEN = ("relay",)  # the outbox's name for the [relay]


def find(path: Path | None = None) -> Path | None:
    """The configuration file to use: the one given, `$MAILTRIAGE_CONFIG`, or the first of the usual places; None if there is none."""
    if path is not None:
        return path
    if named := os.environ.get(ENVIRONMENT):
        return Path(named)
    return next((place for place in PLACES if place.is_file()), None)


def load(path: Path) -> Config:
    """The configuration in `path`; a ConfigError lists every problem at once, each with its line."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError("there is no such configuration file", place=Place(str(path)), remedy="mailtriage init DIR writes one") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = error.strerror if isinstance(error, OSError) else error
        remedy = "name a file that this user may read"
        raise ConfigError(f"the configuration cannot be read: {why}", place=Place(str(path)), remedy=remedy) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = Place(str(path), content.count(b"\n", 0, error.start) + 1)
        raise ConfigError("this is not UTF-8 text", place=place, remedy="save the file as UTF-8") from None
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        remedy = "texts stand in quotes, lists in [ ]; `mailtriage init DIR` writes an example"
        raise ConfigError(
            f"this is not TOML: {_without_position(str(error))}", place=_toml_place(path, text, str(error)), remedy=remedy
        ) from None
    return _Reader(path, text).config(tables)


class _Reader:
    """Collects the problems of one file while the values are built."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = text.splitlines()
        self.problems: list[str] = []

    def config(self, tables: Mapping[str, object]) -> Config:
        values: dict[str, typing.Any] = {}
        sinks: tuple[SinkConfig, ...] = ()
        for name, table in tables.items():
            if name == "sink":
                sinks = self.sinks(table)
            elif name not in TABLES:
                self.problem(name, "", f"unknown table [{name}]{_did_you_mean(name, [*TABLES, 'sink'])}")
            elif not isinstance(table, dict):
                self.problem(name, name, f"{name} is a table: write [{name}]")
            else:
                values[name] = self.table(name, TABLES[name], table)
        config = Config(path=self.path, sinks=sinks, **values)
        self.check(config)
        if self.problems:
            raise ConfigError("\n".join(self.problems), remedy="nothing was started or changed; docs/config.md describes every key")
        folder = self.path.parent
        return dataclasses.replace(
            config,
            store=dataclasses.replace(config.store, path=folder / config.store.path),
            rules=dataclasses.replace(config.rules, local=folder / config.rules.local),
            inventory=InventoryConfig(
                file=_below(folder, config.inventory.file),
                ansible=tuple(_below(folder, path) for path in config.inventory.ansible if path),
                policy=_below(folder, config.inventory.policy),
            ),
        )

    def table(self, name: str, shape: type, table: Mapping[str, object]) -> object:
        hints = typing.get_type_hints(shape)
        values: dict[str, object] = {}
        for key, value in table.items():
            if key not in hints:
                remedy = _GONE.get((name, key)) or _did_you_mean(key, list(hints))
                self.problem(name, key, f"unknown key {key!r} in [{name}]{remedy}")
                continue
            try:
                values[key] = _as(hints[key], value)
            except ValueError as error:
                self.problem(name, key, f"[{name}] {key} {error}")
        return shape(**values)

    def sinks(self, tables: object) -> tuple[SinkConfig, ...]:
        if not isinstance(tables, list):
            self.problem("sink", "", "sinks are a list of tables: write [[sink]]")
            return ()
        found: list[SinkConfig] = []
        for nth, table in enumerate(tables):
            if not isinstance(table, dict):
                self.problem("sink", "", "sinks are a list of tables: write [[sink]]")
                continue
            kind, name = table.get("type"), table.get("name", table.get("type"))
            if not isinstance(kind, str) or not isinstance(name, str):
                self.problem("sink", "", 'a [[sink]] needs type = "webhook", "file" ... and may have a name', nth)
                continue
            severity = table.get("min_severity", "warning")
            if severity not in _SEVERITIES:
                self.problem("sink", "min_severity", f"min_severity is one of {', '.join(_SEVERITIES)}, not {severity!r}", nth)
                continue
            if name in _TAKEN or any(name == sink.name for sink in found):
                owner = "the relay" if name in _TAKEN else "another sink"
                self.problem("sink", "name", f"the name {name!r} is taken by {owner}: give this sink another one", nth)
                continue
            options = {key: value for key, value in table.items() if key not in ("type", "name", "min_severity")}
            for key, value in options.items():
                if isinstance(value, str) and not value.isprintable():
                    self.problem("sink", key, f"{key} holds a character that cannot be printed", nth)
            found.append(SinkConfig(name=name, type=kind, min_severity=severity, options=types.MappingProxyType(options)))
        return tuple(found)

    def check(self, config: Config) -> None:
        """What the types alone do not say."""
        import ipaddress

        for network in config.receive.networks:
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                self.problem("receive", "networks", f"networks: {error}; write one such as 192.0.2.0/24")
        if not config.receive.networks:
            self.problem("receive", "networks", "networks is empty: nobody could hand in mail")
        for table, host in (("receive", config.receive.host), ("relay", config.relay.host), ("http", config.http.host)):
            if host and not _is_host(host):
                self.problem(table, "host", f"[{table}] host {host!r} is neither an address nor a host name")
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", config.digest.at):
            self.problem("digest", "at", f'at is a time of day such as "06:30", not {config.digest.at!r}')
        try:
            ZoneInfo(config.digest.zone)
        except (KeyError, ValueError, OSError):
            self.problem("digest", "zone", f'{config.digest.zone!r} is not a time zone such as "Europe/Berlin"')
        for table, key, value, least, most in (
            ("receive", "max_size", config.receive.max_size, 1024, 512 * 2**20),  # one value of SQLite takes 1,000,000,000 bytes
            ("receive", "max_connections", config.receive.max_connections, 1, 100_000),
            ("receive", "idle_timeout_s", config.receive.idle_timeout_s, 1, 86_400),
            ("store", "keep_dropped_days", config.store.keep_dropped_days, 1, 36_500),
            ("store", "keep_raised_days", config.store.keep_raised_days, 1, 36_500),
            ("digest", "n_audits", config.digest.n_audits, 0, 1000),
            ("audit", "limit", config.audit.limit, 0, 1),
            ("model", "promote_after", config.model.promote_after, 1, 10_000),
            ("events", "hold_warning_s", config.events.hold_warning_s, 0, 86_400),
            ("events", "hold_high_s", config.events.hold_high_s, 0, 86_400),
            *(("storm", key, getattr(config.storm, key), 1, 100_000) for key in ("per_host", "per_kind", "total")),
            ("events", "flapping_after", config.events.flapping_after, 1, 1000),
        ):
            if not least <= value <= most:
                self.problem(table, key, f"[{table}] {key} must lie between {least} and {most}")
        for table, port, least in (("receive", config.receive.port, 0), ("relay", config.relay.port, 1), ("http", config.http.port, -1)):
            if not least <= port <= 65535:
                self.problem(table, "port", f"[{table}] port must lie between {least} and 65535")
        if config.digest.to and not config.relay.host:
            self.problem("digest", "to", "the digest has readers but [relay] host is empty: name the MTA that takes it")

    def problem(self, table: str, key: str, message: str, nth: int = 0) -> None:
        self.problems.append(f"{Place(str(self.path), *self.locate(table, key, nth))}: {message}")

    def locate(self, table: str, key: str, nth: int = 0) -> tuple[int, int]:
        """Line and column of a key within its table (the `nth` of that name), or of the table's own heading."""
        n_headings, inside, heading = -1, False, (1, 1)
        for number, line in enumerate(self.lines, 1):
            if match := re.match(r"\s*\[\[?\s*([\w.-]+)", line):
                n_headings += match[1] == table
                inside = match[1] == table and n_headings == nth
                if inside:
                    heading = (number, match.start(1) + 1)
                continue
            if inside and key and (match := re.match(rf"\s*[\"']?({re.escape(key)})[\"']?\s*=", line)):
                return number, match.start(1) + 1
            if heading == (1, 1) and (match := re.match(rf"\s*({re.escape(table)})\s*[.=]", line)):
                heading = (number, match.start(1) + 1)
        return heading


def _below(folder: Path, path: str) -> str:
    # Path.expanduser raises where there is no such user; then the file is not there, and that is told later.
    return str(folder / os.path.expanduser(path)) if path else ""


def _is_host(text: str) -> bool:
    """Whether a resolver can be asked for it: no empty or overlong label, nothing that cannot be printed."""
    try:
        return bool(text.encode("idna")) and text.isprintable() and " " not in text
    except UnicodeError:
        return False


def _as(hint: object, value: object) -> object:
    """`value` as the type of a key; ValueError says in words what the key takes."""
    if hint is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    if any(isinstance(text, str) and not text.isprintable() for text in texts):
        raise ValueError(f"holds a character that cannot be printed: {value!r}")
    if hint is str and isinstance(value, str):
        return value
    if hint is Path and isinstance(value, str) and value:
        return Path(value).expanduser()
    if hint == tuple[str, ...] and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    words = {int: "takes a whole number", float: "takes a number", str: "takes a text in quotes", Path: "takes a path in quotes"}
    raise ValueError(f"{words.get(typing.cast(type, hint), 'takes a list of texts')}, not {value!r}")


def _did_you_mean(word: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(known)}"


def _toml_place(path: Path, text: str, error: str) -> Place:
    match = re.search(r"at line (\d+), column (\d+)", error)
    return Place(str(path), int(match[1]), int(match[2])) if match else Place(str(path), max(1, len(text.splitlines())))


def _without_position(error: str) -> str:
    return re.sub(r" \(at [^)]*\)$", "", error)
