"""The warning before the disk is full."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.wattwise.const import DOMAIN
from custom_components.wattwise.disk_space import ISSUE_DISK_NEARLY_FULL, DiskSpace
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .homes import async_add_household, push_meter

MB = 1_000_000


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(
    ("total", "free", "history", "low"),
    [
        (32_000, 199, 10, True),
        (32_000, 201, 10, False),
        (32_000, 1_500, 2_000, True),
        (32_000, 1_500, 1_000, False),
        (32_000, 1_700, 2_000, False),
    ],
)
def test_when_space_is_low(total: int, free: int, history: int, low: bool) -> None:
    """Little on any disk, or too little to write a large history once more."""
    assert DiskSpace(total * MB, free * MB, history * MB).is_low() is low


@pytest.fixture
def free() -> Iterator[dict[str, int]]:
    """Let tests say how much space is free."""
    space = {"free": 10_000}
    with patch(
        "custom_components.wattwise.disk_space.shutil.disk_usage",
        lambda _path: _Usage(32_000 * MB, 0, space["free"] * MB),
    ):
        yield space


async def test_the_warning_comes_once_and_goes(
    wattwise: HomeAssistant, free: dict[str, int]
) -> None:
    """It stays until there is clearly more space again."""
    await async_add_household(wattwise, push_meter())
    issues = ir.async_get(wattwise)
    hours = 0

    async def after_an_hour(free_mb: int) -> bool:
        nonlocal hours
        hours += 1
        free["free"] = free_mb
        async_fire_time_changed(
            wattwise, dt_util.utcnow() + timedelta(hours=hours, minutes=hours)
        )
        await wattwise.async_block_till_done(wait_background_tasks=True)
        return issues.async_get_issue(DOMAIN, ISSUE_DISK_NEARLY_FULL) is not None

    assert not await after_an_hour(300)
    assert await after_an_hour(150)
    assert await after_an_hour(250)
    assert not await after_an_hour(301)
    assert not await after_an_hour(250)
