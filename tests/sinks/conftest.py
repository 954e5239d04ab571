from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailtriage.store.main import Store
from mailtriage.store.values import Delivery, What
from tests.store.build import NOW, change


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "mailtriage.sqlite3")
    yield store
    store.close()


@pytest.fixture
def delivery() -> Delivery:
    return Delivery(id="d1", sink="hook", what=What.CHANGE, order_key="k", mail_id="m1", created_at=NOW, n_tries=1, change=change())
