"""What the configuration names, loaded: store, rules, model. Everything that can be wrong is said here, before anything starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mailtriage.config import Config
from mailtriage.errors import StoreError
from mailtriage.judge import Kinds, Model
from mailtriage.rulebook import Rulebook
from mailtriage.rulebook import load as load_rules
from mailtriage.shipped import shipped
from mailtriage.store.main import Store
from mailtriage.store.spool import Spool

INSTANCE_FILE = "instance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What decides about mails."""

    rulebook: Rulebook
    model: Model | None
    promoted: Kinds


def judgement(config: Config) -> Judgement:
    """The shipped rules with the site's own over them, and the model; ModelError and RuleError say what to do."""
    folders = [shipped("rules")]
    if config.rules.local.is_dir() and any(config.rules.local.glob("*.toml")):
        folders.append(config.rules.local)
    return Judgement(
        rulebook=load_rules(*folders), model=model(config.model.path, config.folder), promoted=frozenset(config.model.promoted)
    )


def model(name: str, folder: Path = Path()) -> Model | None:
    """The model of this name: `none`, `shipped`, or a folder (relative to `folder`)."""
    if name == "none":
        return None
    from mailtriage.classify import load as load_model

    return load_model(shipped("models") / "base" if name == "shipped" else folder / name)


def store_folder(config: Config) -> Path:
    """The folder of the store, made where it is missing; StoreError when that cannot be."""
    folder = config.store.path
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        remedy = "name a folder this user may write to as [store] path, or make it and give it to this user"
        raise StoreError(f"the store's folder {folder} cannot be made: {error.strerror}", remedy=remedy) from error
    return folder


def open_spool(config: Config) -> Spool:
    """The raw mails."""
    return Spool(store_folder(config) / "spool.sqlite3")


def open_store(config: Config, *, read_only: bool = False) -> Store:
    """The verdicts, events and deliveries."""
    return Store(store_folder(config) / "mailtriage.sqlite3", read_only=read_only)


def instance(config: Config) -> str:
    """The name in our own mails by which we refuse them when they come back; made once for each store."""
    import secrets

    path = store_folder(config) / INSTANCE_FILE
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        name = secrets.token_hex(8)
        path.write_text(name + "\n", encoding="ascii")
        return name
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path} cannot be read: {error}", remedy="give it back to the user mailtriage runs as") from error
