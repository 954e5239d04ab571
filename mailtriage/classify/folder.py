"""A model on disk: plain files, nothing in them is ever executed, every byte is under the manifest's hashes.

Written the same way every time: the same content gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailtriage.classify.manifest import FORMAT, Manifest, manifest_json, manifest_of, seal
from mailtriage.errors import InputError, ModelError, Place

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MANIFEST, GATE, VOCABULARY, WEIGHTS, CARD = "manifest.json", "gate.json.zst", "vocabulary.json", "weights.npz", "card.md"
_NAMES = (MANIFEST, GATE, VOCABULARY, WEIGHTS, CARD)
_LARGEST_FILE = 64 * 2**20
_LARGEST_GATE = 512 * 2**20
_AGAIN = "train it again with `mailtriage model train DIR --out M`, or run with `--model none` (rules only, everything else is kept)"
_ARRAYS = ("rarity", "coefficients", "intercepts", "slopes", "offsets")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a model folder holds, checked but not yet given meaning."""

    manifest: Manifest
    gate: dict[str, Any]
    grams: tuple[str, ...]
    marks: tuple[str, ...]
    arrays: Mapping[str, npt.NDArray[np.float32]]  # empty without a classifier


def packed_gate(tables: Mapping[str, object]) -> bytes:
    """The gate's file."""
    import zstandard

    text = json.dumps(tables, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return zstandard.ZstdCompressor(level=12).compress(text.encode("utf-8", "backslashreplace"))


def packed_vocabulary(grams: tuple[str, ...], marks: tuple[str, ...]) -> bytes:
    """The vocabulary's file."""
    return (json.dumps({"grams": grams, "marks": marks}, ensure_ascii=False, indent=0) + "\n").encode("utf-8", "backslashreplace")


def packed_arrays(arrays: Mapping[str, npt.NDArray[np.float32]]) -> bytes:
    """The weights' file: an npz with fixed times, since the usual writer stamps each entry."""
    import numpy as np

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in _ARRAYS:
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            array = io.BytesIO()
            np.lib.format.write_array(array, np.ascontiguousarray(arrays[name], dtype=np.float32), version=(1, 0), allow_pickle=False)
            archive.writestr(entry, array.getvalue())
    return out.getvalue()


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 by file name."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}


def write(out: Path, manifest: Manifest, files: Mapping[str, bytes]) -> None:
    """Puts the model at `out`, whole or not at all; an older model there is replaced, anything else is not touched."""
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / MANIFEST).is_file())):
        raise InputError("is there already and is no model folder", place=Place(str(out)), remedy="name an empty or new folder with --out")
    fresh = out.with_name(f".{out.name}.{os.getpid()}.new")
    try:
        fresh.mkdir(parents=True)
        for name, content in (*sorted(files.items()), (MANIFEST, manifest_json(manifest))):
            with (fresh / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        if out.exists():
            old = out.with_name(f".{out.name}.{os.getpid()}.old")
            out.rename(old)
            fresh.rename(out)
            shutil.rmtree(old)
        else:
            fresh.rename(out)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise InputError(
            f"cannot write the model: {error.strerror or error}", place=Place(str(out)), remedy="name a folder that you may write to"
        ) from error


def read(folder: Path) -> Contents:
    """The folder's contents, every byte checked; ModelError says what is wrong and what to do."""
    if not folder.is_dir():
        raise ModelError("there is no model folder", place=Place(str(folder)), remedy=_AGAIN)
    content = _manifest(folder)
    try:
        manifest = manifest_of(content)
        files = dict(manifest.files)
        names = {GATE, CARD, *((VOCABULARY, WEIGHTS) if manifest.has_classifier else ())}
        if set(files) != names:
            raise KeyError("files")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _broken(folder / MANIFEST, "the manifest lacks something") from error
    checked = {name: _checked(folder / name, files[name]) for name in sorted(names)}
    try:
        gate = _unpacked_gate(checked[GATE])
        grams, marks, arrays = _classifier_parts(checked) if manifest.has_classifier else ((), (), {})
    except (ValueError, KeyError, TypeError, OSError, zipfile.BadZipFile) as error:
        raise _broken(folder, f"a file cannot be read ({type(error).__name__})") from error
    return Contents(manifest, gate, grams, marks, arrays)


def _broken(path: Path, what: str) -> ModelError:
    return ModelError(f"the model is broken: {what}", place=Place(str(path)), remedy=_AGAIN)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise _broken(path, "the file is larger than any model's")
        return path.read_bytes()
    except OSError as error:
        raise _broken(path, f"cannot be read: {error.strerror or error}") from error


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        content = json.loads(_bytes(path))
    except (ValueError, RecursionError) as error:
        raise _broken(path, "the manifest is not JSON") from error
    if not isinstance(content, dict):
        raise _broken(path, "the manifest is not a table")
    if content.get("format") != FORMAT:
        raise ModelError(
            f"the model has format {content.get('format')!r}, this mailtriage reads format {FORMAT}", place=Place(str(path)), remedy=_AGAIN
        )
    if content.get("version") != seal(content):
        raise _broken(path, "the manifest was changed after training")
    return content


def _checked(path: Path, digest: str) -> bytes:
    content = _bytes(path)
    if hashlib.sha256(content).hexdigest() != digest:
        raise _broken(path, "the file is not the one that was trained (cut off or changed)")
    return content


def _unpacked_gate(packed: bytes) -> dict[str, Any]:
    import zstandard

    try:
        if not 0 < zstandard.frame_content_size(packed) <= _LARGEST_GATE:
            raise ValueError("size")
        tables = json.loads(zstandard.ZstdDecompressor().decompress(packed))
    except zstandard.ZstdError as error:
        raise ValueError("gate") from error
    if not isinstance(tables, dict):
        raise TypeError("gate")
    return tables


def _classifier_parts(
    files: Mapping[str, bytes],
) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, npt.NDArray[np.float32]]]:
    import numpy as np

    vocabulary = json.loads(files[VOCABULARY])
    grams, marks = tuple(map(str, vocabulary["grams"])), tuple(map(str, vocabulary["marks"]))
    with np.load(io.BytesIO(files[WEIGHTS]), allow_pickle=False) as archive:
        arrays = {name: np.asarray(archive[name], dtype=np.float32) for name in _ARRAYS}
    n_classes = len(arrays["slopes"])
    expected = {
        "rarity": (len(grams),),
        "coefficients": (n_classes, len(grams) + len(marks)),
        "intercepts": (3,),
        "slopes": (3,),
        "offsets": (3,),
    }
    if any(arrays[name].shape != shape for name, shape in expected.items()):
        raise ValueError("weights and vocabulary do not belong together")
    return grams, marks, arrays
