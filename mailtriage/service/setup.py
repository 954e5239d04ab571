"""The files `init` writes and the checks `doctor` makes."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Iterator
from pathlib import Path

from mailtriage.config import TABLES, Config
from mailtriage.errors import MailtriageError
from mailtriage.service import files, silence
from mailtriage.service.deliver import open_sinks
from mailtriage.service.judgement import load_judgement, model_in_force, weights_of
from mailtriage.sinks import kinds
from mailtriage.store.main import Store
from mailtriage.store.spool import Spool

_EXAMPLE_RULE = """\
# Your own rules for cron mail, laid over the shipped ones; a rule with the id of a shipped one replaces it.
# `mailtriage rules check .` tells what is wrong; docs/rules.md describes every key.
#
# [[rule]]
# id = "our-backup-fine"
# section = "output"
# action = "drop"
# lines = ['^backup of \\S+ done, 0 errors$']
# reason = "our nightly backup says it went well"
# review = 2027-11-22
# hit = ["backup of web07 done, 0 errors"]
# miss = ["backup of web07 done, 3 errors"]
"""
_SINKS = """
# Where events go; as many [[sink]] tables as you like. Closing an event goes where its problem went.
# [[sink]]
# type = "webhook"
# url = "http://127.0.0.1:9000/mailtriage"
# min_severity = "warning"
#
# [[sink]]
# type = "file"
# path = "/var/log/mailtriage-events.jsonl"
"""
_TIMEOUT_S = 3.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that `doctor` looked at."""

    what: str
    is_good: bool
    detail: str


def init_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """The files of a new configuration folder."""
    yield folder / "mailtriage.toml", config_text(Path("store"))
    yield folder / "rules.d" / "cron.toml", _EXAMPLE_RULE


def config_text(store: Path | None = None) -> str:
    """A configuration in which every key stands with its default, commented out, and what it does."""
    parts = ["# mailtriage. Every key is shown with its default; remove the # to change one.\n"]
    for name, shape in TABLES.items():
        parts.append(f"\n# {(shape.__doc__ or '').strip()}\n[{name}]\n")
        for key in dataclasses.fields(shape):
            default = _toml(key.default)
            is_set = name == "store" and key.name == "path" and store is not None
            line = f"{key.name} = {_toml(store) if is_set else default}"
            parts.append(f"# {key.metadata['help']}\n{line if is_set else '# ' + line}\n")
    return "".join(parts) + _SINKS


def reference() -> str:
    """docs/config.md: every table and key with default and meaning, and the keys of each sink."""
    parts = ["# Configuration\n\nMade by `make docs`; `mailtriage init DIR` writes a commented file. Paths are relative to the file.\n"]
    for name, shape in TABLES.items():
        parts.append(f"\n## [{name}]\n{(shape.__doc__ or '').strip()}\n\n| key | default | meaning |\n| --- | --- | --- |\n")
        parts += [f"| `{key.name}` | `{_toml(key.default)}` | {key.metadata['help']} |\n" for key in dataclasses.fields(shape)]
    parts.append("\n## [[sink]]\nOne table for each target: `type`, `name` (default: the type), `min_severity` (default: `warning`),\n")
    parts.append("and the keys of the type.\n")
    for kind, module in sorted(kinds().items()):
        parts.append(f'\n### type = "{kind}"\n| key | default | meaning |\n| --- | --- | --- |\n')
        for key in dataclasses.fields(module.Settings):
            default = "required" if key.default is dataclasses.MISSING else f"`{_toml(key.default)}`"
            parts.append(f"| `{key.name}` | {default} | {key.metadata['help']} |\n")
    return "".join(parts)


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return f'"{value}"' if isinstance(value, str | Path) else str(value)


def diagnose(config: Config) -> tuple[Finding, ...]:
    """Looks at everything the daemon needs, without changing a mail or sending anything."""
    return tuple(finding for check in (_store, _rules, _inventory, _model, _sinks, _relay, _listening) for finding in check(config))


def _store(config: Config) -> Iterator[Finding]:
    try:
        spool, store = files.open_spool(config), files.open_store(config)
    except MailtriageError as error:
        yield Finding(what="store", is_good=False, detail=str(error))
        return
    try:
        yield from _books(config, spool, store)
    except MailtriageError as error:
        yield Finding(what="store", is_good=False, detail=str(error))
    finally:
        store.close()
        spool.close()


def _books(config: Config, spool: Spool, store: Store) -> Iterator[Finding]:
    balance = store.balance(spool.n_received(), spool.last_seq())
    books = "the books balance" if balance.is_balanced else "; ".join(balance.faults)
    yield Finding(what="store", is_good=balance.is_balanced, detail=f"{config.store.path}: {books}")
    dead = len(store.outbox.dead_letters())
    if dead:
        yield Finding(what="outbox", is_good=False, detail=f"{dead} deliveries given up: `mailtriage sinks check` lists them")


def _rules(config: Config) -> Iterator[Finding]:
    try:
        rulebook = load_judgement(dataclasses.replace(config, model=dataclasses.replace(config.model, path="none"))).rulebook
    except MailtriageError as error:
        yield Finding(what="rules", is_good=False, detail=str(error))
        return
    yield Finding(what="rules", is_good=not rulebook.problems, detail=f"{len(rulebook.rules)} rules, {len(rulebook.problems)} broken")
    for problem in rulebook.problems:
        yield Finding(what="rules", is_good=False, detail=str(problem))
    if not config.rules.local.is_dir():
        detail = f"the folder of your own rules {config.rules.local} is not there: make it, or name another as [rules] local"
        yield Finding(what="rules", is_good=False, detail=detail)


def _inventory(config: Config) -> Iterator[Finding]:
    for note in weights_of(config).notes:
        yield Finding(what="inventory", is_good=False, detail=note)
    _, note = silence.kept_overrides(config, silence.Overrides())
    if note:
        yield Finding(what="cadence", is_good=False, detail=note)


def _model(config: Config) -> Iterator[Finding]:
    try:
        model = model_in_force(config)
    except MailtriageError as error:
        yield Finding(what="model", is_good=False, detail=str(error))
        return
    yield Finding(what="model", is_good=True, detail=f"version {model.version}; acts on: {_acting(config)}" if model else "none")


def _acting(config: Config) -> str:
    """The kinds on which learning acts; what is wrong with the store is a finding of its own."""
    try:
        store = files.open_store(config)
    except MailtriageError:
        return "unknown"
    try:
        return ", ".join(sorted(store.learning.promoted())) or "none: it only says what it would drop"
    except MailtriageError:
        return "unknown"
    finally:
        store.close()


def _sinks(config: Config) -> Iterator[Finding]:
    try:
        open_sinks(config, "doctor")
    except MailtriageError as error:
        yield Finding(what="sinks", is_good=False, detail=str(error))
        return
    if not config.sinks:
        yield Finding(what="sinks", is_good=False, detail="no [[sink]] is configured: events are only shown by `mailtriage events`")
    else:
        yield Finding(what="sinks", is_good=True, detail=", ".join(f"{sink.name} ({sink.type})" for sink in config.sinks))


def _relay(config: Config) -> Iterator[Finding]:
    relay = config.relay
    if not relay.host:
        yield Finding(
            what="relay", is_good=False, detail="[relay] host is empty: mail of people and digests are only shown by the commands"
        )
        return
    try:
        with socket.create_connection((relay.host, relay.port), _TIMEOUT_S) as connection:
            connection.settimeout(_TIMEOUT_S)
            greeting = connection.recv(200).decode("latin-1", "replace").strip()
    except OSError as error:
        yield Finding(what="relay", is_good=False, detail=f"{relay.host}:{relay.port}: {error}: start the MTA or name another [relay] host")
        return
    yield Finding(what="relay", is_good=greeting.startswith("220"), detail=f"{relay.host}:{relay.port} says {greeting[:60]!r}")


def _listening(config: Config) -> Iterator[Finding]:
    host, port = config.receive.host, config.receive.port
    try:
        with socket.create_connection((host, port), _TIMEOUT_S):
            yield Finding(what="serve", is_good=True, detail=f"something listens on {host}:{port}")
    except OSError:
        detail = f"nothing listens on {host}:{port}: start `mailtriage serve`"
        yield Finding(what="serve", is_good=False, detail=detail)
