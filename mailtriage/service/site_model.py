"""The models this site trained for itself: `models/VERSION` in the store's folder, and which of them is in force.

`current` and `previous` hold one name each, a version or `shipped`, and are replaced whole: a crash leaves the old name or the new one.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from mailtriage.config import Config
from mailtriage.errors import InputError, ModelError, Place
from mailtriage.shipped import shipped

SHIPPED = "shipped"
_MODELS, _CURRENT, _PREVIOUS = "models", "current", "previous"
BACK = "`mailtriage model rollback` goes back to the model before it; until then rules work alone and everything else is kept"


def models_folder(config: Config) -> Path:
    """Where the models of this site lie."""
    return config.store.path / _MODELS


def chosen(config: Config) -> str:
    """The name of the site's model in force, `shipped` where there is none; "" where the configuration names another.

    Cheap enough to be asked before every batch of mails. ModelError when the name cannot be read.
    """
    return _name_in(models_folder(config) / _CURRENT) if config.model.path == SHIPPED else ""


def in_force(config: Config) -> Path | None:
    """The folder of the model in force, None where the configuration says `none`; ModelError when nothing valid is named."""
    if config.model.path == "none":
        return None
    name = chosen(config)
    if not name:
        return config.folder / config.model.path
    folder = folder_of(config, name)
    if name != SHIPPED and not folder.is_dir():
        place = Place(str(models_folder(config) / _CURRENT))
        raise ModelError(f"names the model {name!r}, which is not there", place=place, remedy=BACK)
    return folder


def folder_of(config: Config, name: str) -> Path:
    """The folder of a model by its name."""
    return shipped("models") / "base" if name == SHIPPED else models_folder(config) / name


def install(config: Config, version: str) -> None:
    """Puts the model of this version in force; the one before it can be gone back to, older ones are removed."""
    folder = models_folder(config)
    if (replaced := current(config)) != version:
        _write(folder / _PREVIOUS, replaced)
        _write(folder / _CURRENT, version)
    kept = {version, _name_or_shipped(folder / _PREVIOUS)}
    for old in folder.iterdir():
        if old.is_dir() and not old.name.startswith(".") and old.name not in kept:
            remove(old)


def remove(folder: Path) -> None:
    """Takes away what is left of a model."""
    shutil.rmtree(folder, ignore_errors=True)


def before(config: Config) -> str:
    """The name of the model that a rollback goes back to, "" where there is none."""
    path = models_folder(config) / _PREVIOUS
    try:
        return _name_in(path) if path.exists() else ""
    except ModelError:
        return ""


def current(config: Config) -> str:
    """The name of the site's model in force, `shipped` where there is none or none can be read."""
    return _name_or_shipped(models_folder(config) / _CURRENT)


def roll_back(config: Config) -> tuple[str, str]:
    """Goes back to the model before; the name that was in force and the one that is now. A second time undoes the first."""
    folder = models_folder(config)
    previous = before(config)
    if not previous:
        raise InputError("there is no model to go back to", remedy="`mailtriage model show` says which is in force")
    replaced = current(config)
    _write(folder / _CURRENT, previous)
    _write(folder / _PREVIOUS, replaced)
    return replaced, previous


def _name_or_shipped(path: Path) -> str:
    """As `_name_in`; what cannot be read is no name to go back to."""
    try:
        return _name_in(path)
    except ModelError:
        return SHIPPED


def _name_in(path: Path) -> str:
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return SHIPPED
    except OSError as error:
        raise ModelError(f"cannot be read: {error.strerror or error}", place=Place(str(path)), remedy=BACK) from error
    name = text.decode("ascii", "replace").strip()
    if not name.isalnum():
        raise ModelError("holds no model's version", place=Place(str(path)), remedy=BACK)
    return name


def _write(path: Path, name: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="ascii") as file:
            file.write(f"{name}\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InputError(
            f"cannot be written: {error.strerror or error}", place=Place(str(path)), remedy="the model in force is the one it was before"
        ) from error
