"""What is usual for a meter, as the action returns it."""

from datetime import datetime, timedelta
from statistics import quantiles

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.wattwise.metering.profile import MeterRole
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .homes import async_add_household, only_meter, push_meter
from .meter_actions import call, meter_device
from .test_meters import report
from .usage_homes import NOON, home_with_past, tell_the_past, use, usual

ACTION = "get_usage_statistics"


async def test_statistics(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The answer has levels, fits, hours and the zone of the chosen interval."""
    entry = await home_with_past(wattwise, freezer)
    device = meter_device(wattwise, entry)
    answer = await call(wattwise, ACTION, **{ATTR_DEVICE_ID: device})
    assert (answer["meter"], answer["interval"]) == ("Grid", 15)
    assert (answer["zone"], answer["mean_power"]) == (
        "green",
        pytest.approx(300, abs=60),
    )
    assert answer["samples"] == 18 * 96
    assert answer["days"] == 19
    assert answer["left_out_days"] == 0
    assert (answer["off_below"], answer["off_share"]) == (5.0, 0.0)
    assert answer["from"] == (NOON - timedelta(days=18)).isoformat()
    assert answer["to"] == NOON.isoformat()

    sample = [
        usual(NOON - timedelta(minutes=15 * step)) for step in range(1, 18 * 96 + 1)
    ]
    p25, p50, p75 = quantiles(sample, n=4)
    found = answer["use"]
    assert found["p25"] == pytest.approx(p25, rel=0.02)
    assert found["p50"] == pytest.approx(p50, rel=0.02)
    assert found["p75"] == pytest.approx(p75, rel=0.02)
    assert "distribution" not in found, "few people know what to make of it"
    answer = await call(
        wattwise, ACTION, **{ATTR_DEVICE_ID: device}, distributions=True
    )
    assert "distribution" in answer["free_day"][0]
    found = answer["use"]
    fit = found["distribution"]
    assert fit["family"] in fit["aic"]
    assert fit["aic"][fit["family"]] == min(fit["aic"].values())
    assert set(fit["aic"]) == {
        "normal",
        "log_normal",
        "gamma",
        "weibull",
        "exponential",
    }
    assert 0 < fit["kolmogorov_smirnov"] < 1
    assert fit["anderson_darling"] > 0
    assert found["tail_from"] == ("fit" if fit["fits"] else "sample")

    for kind in ("working_day", "free_day"):
        hours = answer[kind]
        assert [one["hour"] for one in hours] == list(range(24))
        assert hours[13]["p50"] > 1.6 * hours[3]["p50"]
    # From noon of a Saturday to noon of a Wednesday.
    assert answer["working_day"][13]["samples"] == 4 * 12
    assert answer["free_day"][13]["samples"] == 4 * 6


async def test_another_interval(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Any interval can be asked for; the zone is known of the chosen one only."""
    entry = await home_with_past(wattwise, freezer)
    device = meter_device(wattwise, entry)
    hours = await call(wattwise, ACTION, **{ATTR_DEVICE_ID: device}, interval=60)
    assert (hours["interval"], hours["samples"]) == (60, 18 * 24)
    assert (hours["zone"], hours["mean_power"]) == (None, None)
    quarters = await call(wattwise, ACTION, **{ATTR_DEVICE_ID: device})
    # Means of hours are nearer to each other.
    assert hours["working_day"][13]["tail"] < quarters["working_day"][13]["tail"]


@pytest.mark.parametrize("interval", [2, 10, 45, 61, 1_440])
async def test_unknown_intervals(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, interval: int
) -> None:
    """What is no interval is refused with those there are."""
    freezer.move_to(NOON)
    entry = await async_add_household(wattwise, push_meter())
    with pytest.raises(
        ServiceValidationError, match=f"1, 5, 15, 30 and 60 minutes, not of {interval}"
    ):
        await call(
            wattwise,
            ACTION,
            **{ATTR_DEVICE_ID: meter_device(wattwise, entry)},
            interval=interval,
        )


async def test_an_interval_shorter_than_the_reports(wattwise: HomeAssistant) -> None:
    """A meter of quarters of an hour knows nothing of minutes."""
    entry = await async_add_household(wattwise, push_meter(interval=900))
    with pytest.raises(ServiceValidationError, match=r"every 15 minutes.*15 minutes"):
        await call(
            wattwise,
            ACTION,
            **{ATTR_DEVICE_ID: meter_device(wattwise, entry)},
            interval=5,
        )


async def test_too_little_history(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Who asks too soon is told how much is missing, for an idle appliance too."""
    entry = await home_with_past(wattwise, freezer, days=3)
    device = meter_device(wattwise, entry)
    with pytest.raises(ServiceValidationError, match="Grid yet: 4 of 14 days"):
        await call(wattwise, ACTION, **{ATTR_DEVICE_ID: device})
    await wattwise.config_entries.async_remove(entry.entry_id)

    def idle(_time: datetime) -> float:
        return 0.0

    freezer.move_to(NOON)
    idle_home = await async_add_household(
        wattwise, push_meter("key-2", role=MeterRole.APPLIANCE, interval=60), name="B"
    )
    await tell_the_past(only_meter(idle_home), idle, NOON, 16)
    await use(wattwise, freezer, idle_home, 1, 0.0)
    with pytest.raises(ServiceValidationError, match="0 of 20 intervals"):
        await call(
            wattwise, ACTION, **{ATTR_DEVICE_ID: meter_device(wattwise, idle_home)}
        )


async def test_what_is_no_meter_of_use(wattwise: HomeAssistant) -> None:
    """An unknown device, and a meter of production, are named in plain words."""
    with pytest.raises(ServiceValidationError, match="not a meter of WattWise"):
        await call(wattwise, ACTION, **{ATTR_DEVICE_ID: "nothing"})
    entry = await async_add_household(
        wattwise, push_meter(name="Roof", role=MeterRole.PRODUCTION)
    )
    await report(wattwise, entry, power=500.0)
    with pytest.raises(ServiceValidationError, match="Roof measures no use"):
        await call(wattwise, ACTION, **{ATTR_DEVICE_ID: meter_device(wattwise, entry)})


async def test_the_history_is_away(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """If the history cannot be read, that is said."""
    freezer.move_to(NOON)
    entry = await async_add_household(wattwise, push_meter())
    device = meter_device(wattwise, entry)
    await only_meter(entry).history.close()
    with pytest.raises(HomeAssistantError) as raised:
        await call(wattwise, ACTION, **{ATTR_DEVICE_ID: device})
    assert raised.value.translation_key == "history_unavailable"
