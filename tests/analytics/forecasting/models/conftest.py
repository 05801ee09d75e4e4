"""What tests of models share."""

import pytest

from custom_components.wattwise.analytics.forecasting.models import (
    boosted_trees,
    random_forest,
)


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let made-up homes do with a few trees: they are simple, and tests many."""
    monkeypatch.setattr(boosted_trees, "_TREES", 20)
    monkeypatch.setattr(random_forest, "_TREES", 20)
