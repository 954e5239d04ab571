from __future__ import annotations

import subprocess
import sys

import pytest

from mailtriage.errors import ConfigError, Place
from mailtriage.sinks import kinds, open_sink


def test_every_module_of_the_package_is_a_kind_of_sink() -> None:
    assert {"file", "mail", "webhook"} <= set(kinds())
    for module in kinds().values():
        assert callable(module.send)
        assert isinstance(module.Settings, type)


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("webhok", {}, "no type 'webhok'; did you mean 'webhook'?"),
        ("webhook", {}, "url is missing: it takes a text in quotes"),
        ("webhook", {"url": 7}, "url takes a text in quotes, not 7"),
        ("webhook", {"url": "http://h", "timout_s": 3}, "unknown key 'timout_s'; did you mean 'timeout_s'?"),
        ("webhook", {"url": "ftp://h"}, "url must begin with http://"),
        ("webhook", {"url": "http://h", "timeout_s": 0}, "timeout_s must be more than 0"),
        ("webhook", {"url": "http://h", "timeout_s": True}, "timeout_s takes a number, not True"),
        ("file", {"path": "/"}, "is a folder"),
        ("mail", {"host": "", "port": 70000}, "port must lie between"),
        ("mail", {"host": "h", "to": ["a b"]}, "to: 'a b' is not an address"),
    ],
)
def test_a_wrong_key_is_named(kind: str, options: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError) as error:
        open_sink("mine", kind, options, Place("mailtriage.toml", 7))
    assert words in str(error.value)
    assert str(error.value).startswith("mailtriage.toml:7: sink 'mine'")


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ConfigError) as error:
        open_sink("mine", "mail", {"hst": "x", "port": "25"})
    assert len(error.value.message.splitlines()) == 3


def test_the_registry_loads_no_http_client() -> None:
    said = "import sys, mailtriage.sinks as s; s.kinds(); sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", said]).returncode == 0
