import pytest

from qmirror_assets.engines.faults import Fault, FaultPlan, FaultRule, parse_rule, spoil_text
from qmirror_assets.errors import UsageError

KEYS = [bytes([i, i // 256]) for i in range(256)]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("429:0.05", FaultRule(Fault.RATE_LIMIT, 0.05)),
        ("500:1:permanent", FaultRule(Fault.SERVER_500, 1.0, permanent=True)),
        ("hang:0.5:match=a b", FaultRule(Fault.HANG, 0.5, match="a b")),
    ],
    ids=["rate", "permanent", "match"],
)
def test_rules_are_read(text: str, rule: FaultRule) -> None:
    assert parse_rule(text) == rule


@pytest.mark.parametrize("text", ["", "429", "429:2", "429:-1", "429:nan", "x:1", "429:1:y"])
def test_bad_rules_are_usage_errors(text: str) -> None:
    with pytest.raises(UsageError):
        parse_rule(text)


def test_draws_repeat_and_follow_the_rate() -> None:
    plan = FaultPlan([FaultRule(Fault.HANG, 0.2)], random_seed=4)
    drawn = [plan.draw(key, "", 1) for key in KEYS]
    assert drawn == [plan.draw(key, "", 1) for key in KEYS]
    assert 25 <= sum(fault is Fault.HANG for fault in drawn) <= 80  # 51 expected


def test_permanent_faults_hit_every_try_and_others_do_not() -> None:
    for permanent in (True, False):
        plan = FaultPlan([FaultRule(Fault.RESET, 0.5, permanent=permanent)])
        same = all(plan.draw(key, "", 1) == plan.draw(key, "", 2) for key in KEYS)
        assert same is permanent


def test_match_limits_a_rule_to_requests_that_hold_the_text() -> None:
    plan = FaultPlan([FaultRule(Fault.EMPTY, 1.0, match="neutron")])
    assert plan.draw(b"k", "a neutron star", 1) is Fault.EMPTY
    assert plan.draw(b"k", "a proton", 1) is None


def test_half_is_a_half() -> None:
    assert spoil_text(Fault.HALF_JSON, '{"a": 1}') == '{"a"'
