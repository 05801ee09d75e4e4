"""Asking an unknown device several times, to see how its values behave."""

import asyncio
from collections import defaultdict
from dataclasses import replace
from typing import Final

from homeassistant.core import HomeAssistant

from ...dialects.field_behaviour import Sample, guess_by_behaviour
from ..device_errors import DeviceError
from ..device_settings import HttpEndpoint
from ..found_device import FoundDevice
from .probe import async_probe

WATCH_POLLS: Final = 3
WATCH_PAUSE_SECONDS: Final = 5.0
WATCH_SECONDS: Final = WATCH_POLLS * WATCH_PAUSE_SECONDS


async def async_watch(
    hass: HomeAssistant, first: FoundDevice, endpoint: HttpEndpoint, path: str
) -> FoundDevice:
    """Return a device that shows JSON at a path, with guesses at what its fields are.

    Polls that fail are left out. A counter that was recognised ends it.
    """
    samples: defaultdict[str, list[Sample]] = defaultdict(list)
    found = first
    for poll in range(WATCH_POLLS + 1):
        if poll:
            await asyncio.sleep(WATCH_PAUSE_SECONDS)
            try:
                polled = await async_probe(hass, endpoint, path=path)
            except DeviceError:
                continue
            found = replace(found, fields={**found.fields, **polled.fields})
            told = polled.fields
        else:
            told = first.fields
        now_s = hass.loop.time()
        for key, field in told.items():
            samples[key].append(Sample(now_s, field.value))
        guesses = guess_by_behaviour(found.fields, samples)
        found = replace(found, guesses=guesses)
        if any(channel.is_energy for channel in guesses):
            break
    return found
