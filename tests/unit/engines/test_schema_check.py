import pytest

from qmirror_assets.engines.schema_check import first_error
from qmirror_assets.errors import RecipeError

SCORE = {
    "type": "object",
    "properties": {"score": {"type": "number", "minimum": 0, "maximum": 100}},
    "required": ["score"],
    "additionalProperties": False,
}


@pytest.mark.parametrize("score", [0, 100, 55.5], ids=str)
def test_accepts(score: float) -> None:
    assert first_error(SCORE, {"score": score}) is None


@pytest.mark.parametrize(
    "value",
    [{}, {"score": "95"}, {"score": True}, {"score": 101}, {"score": 1, "more": 1}, [], None],
    ids=["missing", "text", "bool", "above", "extra", "list", "null"],
)
def test_refuses_and_says_why(value: object) -> None:
    message = first_error(SCORE, value)
    assert message
    assert len(message) <= 160


@pytest.mark.parametrize(
    "schema",
    [{"type": "no-such"}, {"$ref": "http://127.0.0.1:9/other.json"}],
    ids=["bad", "remote"],
)
def test_bad_schema_is_the_recipes_fault(schema: dict[str, object]) -> None:
    with pytest.raises(RecipeError):
        first_error(schema, {})
