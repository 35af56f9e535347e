import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.national_schema.literals import LiteralError, read, read_objects

SCALARS = st.text() | st.booleans() | st.none()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=8
)


@given(st.lists(st.dictionaries(st.text(), SCALARS | st.lists(SCALARS, max_size=3), max_size=4), max_size=4))
def test_whatever_json_writes_is_read_back(objects):
    assert read_objects(json.dumps(objects)) == objects
    assert read_objects(json.dumps(objects, ensure_ascii=False)) == objects


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[{ nom: 'ADE', roles: [ 'instructeur' ]}]", [{"nom": "ADE", "roles": ["instructeur"]}]),
        ("{nom: 'L\\'eau', rôles: [],}", {"nom": "L'eau", "rôles": []}),
        ('{"n": 552100554}', {"n": "552100554"}),
        ("[]", []),
    ],
)  # fmt: skip
def test_the_javascript_of_the_schemas_example_is_read_too(text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    "text", ["", "[", "[{]", "{nom 'x'}", "[1 2]", "nom", "[{nom: x}]", "['a", "[" * 50 + "]" * 50, f"[{'1,' * 3000}1]"]
)  # fmt: skip
def test_anything_else_is_refused_without_harm(text):
    with pytest.raises(LiteralError):
        read(text)


@given(st.text(alphabet="[]{}:,'\"\\ abné19\n", max_size=60))
def test_no_text_does_worse_than_a_refusal(text):
    with contextlib.suppress(LiteralError):
        read(text)


def test_a_list_of_other_things_is_not_a_list_of_objects():
    assert read_objects("{nom: 'ADE'}") == [{"nom": "ADE"}]
    with pytest.raises(LiteralError):
        read_objects("['ADE']")
