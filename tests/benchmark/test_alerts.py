"""The benchmark of alerts tells what they cost, and they do not cost too much."""

from wattwise_dev.benchmark.alerts.benchmark import findings
from wattwise_dev.benchmark.alerts.measuring import measure


def test_a_report_is_judged_quickly() -> None:
    """Who makes the rules three times as slow sees it here, on a busy machine too."""
    costs = measure(2_000)
    assert costs.values == 12
    assert costs.every_rule.mean < 150
    assert 0 < costs.empty_feed.mean < costs.every_rule.mean
    told = {figure.name: figure for figure in findings(costs).figures}
    assert told["every rule, mean"].target == 50
    assert told["every rule, mean"].value == costs.every_rule.mean
    assert len(costs.parts) == 4
    assert all(0 < cost.mean < 150 for cost in costs.parts.values())
