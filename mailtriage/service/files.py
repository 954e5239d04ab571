"""The files of the store, as the configuration names them. The accepting process imports this and nothing heavier."""

from __future__ import annotations

from pathlib import Path

from mailtriage.config import Config
from mailtriage.errors import StoreError
from mailtriage.store.main import Store
from mailtriage.store.spool import Spool

INSTANCE_FILE = "instance"


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
