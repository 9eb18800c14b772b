"""JSON as it is kept and served."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from sopbook.compact_json import dumps, loads

# Halves of characters too: escapes in a source can say them.
TEXT = st.text(st.characters(exclude_categories=()))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read(value: object) -> None:
    assert loads(dumps(value)) == value


@given(VALUES)
def test_it_is_what_the_standard_library_reads(value: object) -> None:
    assert json.loads(dumps(value).decode("utf-8", "surrogatepass")) == value


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b'{"a":}', b"nul"])
def test_what_is_no_json_is_told(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        loads(data)


def test_text_of_a_class_of_its_own_is_text_and_other_things_are_refused() -> None:
    assert dumps([Markup("<b>")]) == b'["<b>"]'
    with pytest.raises(TypeError, match="object is no JSON"):
        dumps([object()])
