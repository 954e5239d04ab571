"""What a baseline is made of must be what the mail says: on every sample the value stands in the text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailtriage.parse import parse
from mailtriage.recognise import recognise
from mailtriage.types import RawMail
from tests.golden import NOW, SAMPLES, samples

# Read as they stand; the others are counted, added up or turned into other units.
AS_WRITTEN = {
    *("fs_used", "fs_used_pseudo", "fs_inodes_used", "pool_used", "pool_frag", "load", "load5", "load15"),
    *("temperature", "smart_pending", "smart_uncorrectable", "smart_reallocated", "ata_errors", "ntp_offset", "ntp_jitter"),
    *("ups_charge", "ups_load", "ups_voltage", "memory_used", "swap_used"),
}
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
ALL = samples()


@pytest.mark.parametrize("sample", ALL, ids=[str(sample.relative_to(SAMPLES).with_suffix("")) for sample in ALL])
def test_a_value_stands_in_the_text_of_its_sample(sample: Path) -> None:
    message = parse(RawMail(id="sample", received_at=NOW, data=sample.read_bytes(), rcpt_tos=("root@example.org",)))
    for section in recognise(message).sections:
        written = {float(number.replace(",", ".")) for number in _NUMBER.findall(f"{section.text}\n{message.text}\n{message.subject}")}
        for measure in section.measures:
            if measure.name in AS_WRITTEN:
                assert measure.value in written, (section.name, measure)


def test_the_samples_show_what_is_read_as_written() -> None:
    seen = set()
    for sample in ALL:
        message = parse(RawMail(id="sample", received_at=NOW, data=sample.read_bytes(), rcpt_tos=("root@example.org",)))
        seen |= {measure.name for section in recognise(message).sections for measure in section.measures}
    assert len(AS_WRITTEN & seen) > len(AS_WRITTEN) // 2
