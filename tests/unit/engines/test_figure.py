from qmirror_assets.engines.base import Call, Failure, FailureKind, Raw, Request, Role
from qmirror_assets.engines.figure import FigureEngine

TABLE = {"version": 1, "kind": "table", "title": "Heat", "columns": ["T"], "rows": [["20 °C"]]}


def draw(spec: object) -> Call:
    return Call(Request(Role.IMAGE, {"spec": spec}))


async def test_draws_with_everything_the_judge_needs() -> None:
    engine = FigureEngine({})
    one, two = await engine.run([draw(TABLE), draw(TABLE)])
    await engine.close()
    assert isinstance(one, Raw)
    assert one == two
    assert one.blobs["image"].startswith(b"\x89PNG")
    assert ["value", "20 °C"] in one.body["drawn"] or "20 °C" in str(one.body["drawn"])
    assert one.body["width"] > 100
    assert one.body["alt"]


async def test_a_refused_spec_fails_its_own_call_only() -> None:
    engine = FigureEngine({})
    outcomes = await engine.run([draw({"kind": "none"}), draw(None), draw(TABLE)])
    await engine.close()
    for outcome in outcomes[:2]:
        assert isinstance(outcome, Failure)
        assert outcome.kind is FailureKind.RENDER
    assert isinstance(outcomes[2], Raw)
