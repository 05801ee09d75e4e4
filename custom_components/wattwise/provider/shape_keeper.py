"""Groups of homes that use their energy at alike times, kept over restarts."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, UnsupportedStorageVersionError
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..analytics.load_shapes.load_shape import LoadShape
from ..analytics.load_shapes.shape_groups import ShapeGroups
from ..const import DOMAIN, LOGGER
from ..household import WattWiseConfigEntry
from ..load_shapes.load_shape_coordinator import FoundShape

_VERSION: Final = 1
# Homes look at their shapes minutes after they were set up. One that has not for a day
# is at fault, and the others go on without it.
_WAITED_FOR: Final = timedelta(days=1)


class ShapeKeeper:
    """Knows the load shapes of homes and their groups, which keep their numbers.

    Homes go by the ids of their entries. Households look at their own shapes each night;
    they are grouped when somebody asks and one of them is new.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin without knowing any shape."""
        self._hass = hass
        self._store: Store[dict[str, Any]] = Store(
            hass, _VERSION, f"{DOMAIN}.load_shape_groups"
        )
        self._looking, self._loading = asyncio.Lock(), asyncio.Lock()
        self._loaded = self._said = False
        self._waited_since: dict[str, datetime] = {}
        self.shapes: dict[str, LoadShape] = {}
        self.groups: ShapeGroups | None = None

    async def async_load(self) -> None:
        """Take back the groups of before a restart, once.

        While their file cannot be read, there are none: nothing else waits for them.
        """
        async with self._loading:
            if self._loaded:
                return
            try:
                self.groups = await self._async_kept()
            except (HomeAssistantError, OSError) as err:
                if not self._said:
                    LOGGER.error("The groups of homes cannot be read: %r", err)
                self._said = True
                return
            self._loaded = True

    async def async_look(self, entries: Sequence[WattWiseConfigEntry]) -> None:
        """Group homes, of which some may not be at work, if anything is new of them."""
        async with self._looking:
            await self.async_load()
            shapes = {
                entry.entry_id: shape for entry in entries if (shape := _shape(entry))
            }
            waits = self._waits(entries)
            if not self._loaded or not shapes or shapes == self.shapes or waits:
                return
            # What fails is not tried again before there is something new.
            self.shapes = shapes
            try:
                self.groups = await self._hass.async_add_executor_job(
                    _group, shapes, self.groups
                )
            except Exception:  # noqa: BLE001  (nothing else waits for groups)
                LOGGER.exception("The homes could not be grouped")
                return
            await self._store.async_save(self.groups.as_dict())

    async def async_forget(self) -> None:
        """Forget all of it: the last household is gone."""
        async with self._looking:
            self.shapes, self.groups = {}, None
            await self._store.async_remove()

    def _waits(self, entries: Sequence[WattWiseConfigEntry]) -> bool:
        """Whether groups stand until their homes have been looked at again.

        After a restart, or while one of them is set up anew: without it, groups might be
        made of the others and lose their numbers.
        """
        groups, now = self.groups, dt_util.utcnow()
        self._waited_since = {
            entry.entry_id: self._waited_since.get(entry.entry_id, now)
            for entry in entries
            if groups and groups.group_of(entry.entry_id) and _found(entry) is None
        }
        return any(now - since < _WAITED_FOR for since in self._waited_since.values())

    async def _async_kept(self) -> ShapeGroups | None:
        try:
            kept = await self._store.async_load()
            return None if kept is None else ShapeGroups.from_dict(kept)
        except (
            AttributeError,
            KeyError,
            TypeError,
            UnsupportedStorageVersionError,
            ValueError,
        ) as err:
            # A later version of ours may have written them.
            LOGGER.warning("The groups of homes of before cannot be used: %r", err)
            return None


def _found(entry: WattWiseConfigEntry) -> FoundShape | None:
    """Return what a household at work has found of its shape."""
    if entry.state is not ConfigEntryState.LOADED:
        return None
    coordinator = entry.runtime_data.load_shape
    return coordinator.data if coordinator else None


def _shape(entry: WattWiseConfigEntry) -> LoadShape | None:
    found = _found(entry)
    return found.shape if found else None


def _group(shapes: Mapping[str, LoadShape], before: ShapeGroups | None) -> ShapeGroups:
    """Return the groups of some homes; in an executor."""
    from ..analytics.load_shapes.group_homes import (  # noqa: PLC0415  (numpy)
        group_homes,
    )

    return group_homes(shapes, before)
