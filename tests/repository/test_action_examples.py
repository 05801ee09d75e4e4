"""The examples of docs/actions.md do what the page says."""

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from custom_components.wattwise.const import DOMAIN
from custom_components.wattwise.metering.profile import EnergyKind
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.components.persistent_notification import (
    async_register_callback as register_notifications,
)
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.script import Script
from homeassistant.helpers.template import Template
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from ..homes import async_add_household, only_meter, push_meter
from .markdown import examples
from .tree import DOCS

PAGE: Final = DOCS / "actions.md"


def of_language(language: str) -> list[str]:
    """Return the page's examples in a language."""
    return [example.code for example in examples(PAGE) if example.language == language]


async def call(hass: HomeAssistant, example: dict[str, Any], **changes: Any) -> Any:
    """Call the action of an example, as a script would."""
    domain, _, name = example["action"].partition(".")
    data = {
        key: Template(value, hass).async_render() if "{{" in str(value) else value
        for key, value in example["data"].items()
    }
    return await hass.services.async_call(
        domain, name, data | changes, blocking=True, return_response=True
    )


async def test_examples(wattwise: HomeAssistant) -> None:
    """Looking, importing and asking give the answers that stand below them."""
    await wattwise.config.async_set_time_zone("Europe/Berlin")
    entry = await async_add_household(
        wattwise, push_meter(energy_kind=EnergyKind.INTERVAL, interval=900)
    )
    meter = only_meter(entry)
    now_ms = int(dt_util.utcnow().timestamp() * 1000)
    now = [
        Reading(Channel.POWER, now_ms, 412),
        Reading(Channel.VOLTAGE_L1, now_ms, 231.4),
    ]
    await meter.history.append(meter.profile, now)
    await wattwise.async_block_till_done()
    (csv,) = of_language("csv")
    (
        look,
        looked,
        undo,
        ask,
        answered,
        automation,
        gaps,
        quality,
        *foreseeing,
        simulate,
    ) = map(yaml.safe_load, of_language("yaml"))
    folder = Path(wattwise.config.path(DOMAIN))
    folder.mkdir()
    (folder / "february.csv").write_text(csv)

    assert await call(wattwise, look) == looked
    result = await call(wattwise, look, dry_run=False)
    assert (result["accepted"], result["duplicate"], result["held"]) == (3, 0, 0)
    again = await call(wattwise, look, dry_run=False)
    assert (again["accepted"], again["duplicate"], again["held"]) == (0, 3, 0)
    assert await call(wattwise, ask) == answered
    # Imported history does not move the register.
    assert meter.coordinator.latest[Channel.ENERGY_IMPORT].register_wh is None
    undone = await call(wattwise, undo, import_id=result["import_id"])
    assert (undone["removed"], undone["kept"]) == (3, 0)

    await say_what_yesterday_was(wattwise, automation)

    found = await call(wattwise, gaps)
    assert found["missing_hours"] == sum(gap["hours"] for gap in found["gaps"]) > 0

    judged = await call(wattwise, quality)
    assert judged["phases"]["voltage_l1"]["verdict"] == "unknown"

    device_id = Template(gaps["data"]["device_id"], wattwise).async_render()
    with pytest.raises(ServiceValidationError, match="real meter"):
        await call(wattwise, simulate, device_id=device_id)

    for question in foreseeing:
        await ask_too_soon(wattwise, question)


# What each action says of a home that is an hour old.
REFUSED_TOO_SOON: Final = {
    "compare_tariffs": "Too little of that time",
    "dismiss_advice": "no advice called",
    "find_window": "some hours of readings|no coming prices",
    "get_forecast": "some hours of readings",
    "get_usage_statistics": "Too little is known",
    "mark_normal": "Nothing in",
    "snooze_advice": "no advice called",
}


async def ask_too_soon(hass: HomeAssistant, question: dict[str, Any]) -> None:
    """Ask of a home of which hardly anything is known yet."""
    name = question["action"].partition(".")[2]
    if name == "get_anomalies":
        found = await call(hass, question)
        assert found["stage"] in {"waiting", "learning"}
        assert found["anomalies"] == []
    elif name == "get_provider_overview":
        found = await call(hass, question)
        assert [home["household"] for home in found["households"]] == ["Home"]
        assert found["alerts"] == {"count": 0, "worst": []}
    elif name == "compare":
        found = await call(hass, question)
        assert found["status"] == "unanswered"
        assert found["what_if"]["change_kwh"] is None
    elif name == "get_advice":
        found = await call(hass, question)
        assert found["learning"] is True
        assert found["advice"] == []
    else:
        with pytest.raises(ServiceValidationError, match=REFUSED_TOO_SOON[name]):
            await call(hass, question)


async def say_what_yesterday_was(
    hass: HomeAssistant, automation: dict[str, Any]
) -> None:
    """Run the automation's actions the morning after 1.8 kWh were used."""
    (entry,) = hass.config_entries.async_loaded_entries(DOMAIN)
    meter = only_meter(entry)
    noon = dt_util.start_of_local_day().timestamp() - 12 * 3600
    amounts = [
        Reading(Channel.ENERGY_IMPORT, int((noon + 900 * i) * 1000), 900)
        for i in range(2)
    ]
    receipt = await meter.history.append(meter.profile, amounts)
    assert receipt.accepted == len(amounts)
    assert await async_setup_component(hass, "persistent_notification", {})
    messages: list[str] = []

    @callback
    def note(_update: Any, notifications: dict[str, Any]) -> None:
        messages.extend(item["message"] for item in notifications.values())

    register_notifications(hass, note)
    script = Script(
        hass,
        cv.SCRIPT_SCHEMA(automation["actions"]),
        automation["alias"],
        "automation",
    )
    await script.async_run(context=Context())
    await hass.async_block_till_done()
    assert messages == ["Yesterday: 1.8 kWh"]
