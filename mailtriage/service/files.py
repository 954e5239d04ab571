"""The files of the store, as the configuration names them. The accepting process imports this and nothing heavier."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from mailtriage.config import Config
from mailtriage.errors import StoreError
from mailtriage.store.main import Store
from mailtriage.store.spool import Spool

INSTANCE_FILE = "instance"
_MAIN_FILE = "mailtriage.sqlite3"


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
    return Store(store_folder(config) / _MAIN_FILE, read_only=read_only)


def rewind(config: Config, spool: Spool) -> bool:
    """Before anything is received: lets a spool that was restored or made anew be read from its start; True when it had to be."""
    if not (store_folder(config) / _MAIN_FILE).exists():
        return False
    store = open_store(config)
    try:
        return store.rewind(spool.last_seq())
    finally:
        store.close()


def instance(config: Config) -> str:
    """The name in our own mails by which we refuse them when they come back; made once for each store."""
    path = store_folder(config) / INSTANCE_FILE
    try:
        name = _read(path) or _read(_created(path))
    except (OSError, UnicodeDecodeError) as error:
        remedy = "the file and its folder must belong to the user mailtriage runs as, and the disk must have space"
        raise StoreError(f"{path} cannot be read or made: {error}", remedy=remedy) from error
    if not name:
        raise StoreError(f"{path} is empty", remedy="remove it: it is made anew")
    return name


def _read(path: Path) -> str:
    return path.read_text(encoding="ascii").strip() if path.exists() else ""


def _created(path: Path) -> Path:
    """Makes the file whole or not at all; of two processes that try at once the first wins."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{INSTANCE_FILE}-") as draft:
        draft.write(f"{secrets.token_hex(8)}\n")
        draft.flush()
        os.fsync(draft.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft.name, path)
    return path
