"""No model may fail unnoticed, though the others go on without it."""

from collections.abc import Iterator
import logging

import pytest


@pytest.fixture(autouse=True)
def no_model_fails(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """Fail a test in which a model failed, unless that is what it is about."""
    yield
    if "failing_models" not in request.keywords:
        for phase in ("setup", "call"):
            failed = [
                record.getMessage()
                for record in caplog.get_records(phase)
                if record.levelno >= logging.ERROR
            ]
            assert failed == []
