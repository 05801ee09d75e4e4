"""What the demo does unless it is asked for something else."""

import sys

import pytest

from wattwise_dev.demo.__main__ import _arguments


def test_a_new_home_knows_its_last_60_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is what its page says; the tests ask for fewer, which are loaded sooner."""
    monkeypatch.setattr(sys, "argv", ["scripts/demo"])
    assert _arguments().past == 60
    monkeypatch.setattr(sys, "argv", ["scripts/demo", "--past", "14"])
    assert _arguments().past == 14
    monkeypatch.setattr(sys, "argv", ["scripts/demo", "--smoke"])
    assert _arguments().past == 30
