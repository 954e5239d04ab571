from __future__ import annotations

import json
import os
import threading
from dataclasses import replace
from pathlib import Path

from mailtriage.sinks import Answer
from mailtriage.sinks.file import Settings, send
from mailtriage.store.values import Delivery, What
from tests.store.build import NOW


def test_each_event_is_one_line(tmp_path: Path, delivery: Delivery) -> None:
    settings = Settings(path=tmp_path / "events.jsonl")
    for n in range(3):
        assert send(replace(delivery, id=f"d{n}"), settings).answer is Answer.DONE
    lines = settings.path.read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["d0", "d1", "d2"]


def test_a_rotated_file_is_begun_anew(tmp_path: Path, delivery: Delivery) -> None:
    settings = Settings(path=tmp_path / "events.jsonl")
    send(delivery, settings)
    settings.path.rename(tmp_path / "events.jsonl.0")
    send(delivery, settings)
    assert len(settings.path.read_text().splitlines()) == 1


def test_lines_of_several_writers_do_not_mix(tmp_path: Path, delivery: Delivery) -> None:
    settings = Settings(path=tmp_path / "events.jsonl")
    threads = [threading.Thread(target=lambda: [send(delivery, settings) for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([json.loads(line) for line in settings.path.read_text().splitlines()]) == 80


def test_a_missing_folder_or_an_unread_fifo_is_tried_again(tmp_path: Path, delivery: Delivery) -> None:
    missing = send(delivery, Settings(path=tmp_path / "gone" / "events.jsonl"))
    assert missing.answer is Answer.AGAIN
    assert "No such file" in missing.detail
    os.mkfifo(tmp_path / "fifo")
    assert send(delivery, Settings(path=tmp_path / "fifo")).answer is Answer.AGAIN


def test_a_full_disk_is_tried_again(delivery: Delivery) -> None:
    assert send(delivery, Settings(path=Path("/dev/full"))).answer is Answer.AGAIN


def test_a_passed_mail_is_not_for_files(tmp_path: Path) -> None:
    passed = Delivery(id="d", sink="file", what=What.PASS, order_key="m1", mail_id="m1", created_at=NOW)
    assert send(passed, Settings(path=tmp_path / "x")).answer is Answer.NEVER
