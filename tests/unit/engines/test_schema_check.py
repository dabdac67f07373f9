import asyncio

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


def test_bad_schema_is_the_recipes_fault() -> None:
    with pytest.raises(RecipeError):
        first_error({"type": "no-such"}, {})


async def test_a_schema_fetches_nothing() -> None:
    visits: list[int] = []

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.append(1)
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    schema = {"$ref": f"http://127.0.0.1:{port}/other.json"}
    with pytest.raises(RecipeError):
        await asyncio.to_thread(first_error, schema, {})
    listener.close()
    assert visits == []
