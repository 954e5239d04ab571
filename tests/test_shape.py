from __future__ import annotations

from mailtriage.shape import is_state_word, shape, states


def test_shape_masks_numbers_and_identifiers_but_keeps_a_lone_zero() -> None:
    assert shape("job 64f0ad8a1c took 12.5 s at 03:00:00, 0 lost, ada0") == "job # took # s at #, 0 lost, ada#"


def test_the_name_of_the_host_is_masked_and_a_state_word_never() -> None:
    assert shape("web07 is down", own="web07.example.org") == "HOST is down"
    assert shape("the link is down", own="down.example.org") == "the link is down"


def test_states_tell_none_from_some() -> None:
    assert states(["0 errors", "3 errors"]) == {"no errors", "errors"}
    assert is_state_word("FAULTED")
