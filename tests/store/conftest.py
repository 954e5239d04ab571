from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailtriage.store.main import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "mailtriage.sqlite3")
    yield store
    store.close()
