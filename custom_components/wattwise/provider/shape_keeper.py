"""Groups of homes that use their energy at alike times, kept over restarts."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ..analytics.load_shapes.load_shape import LoadShape
from ..analytics.load_shapes.shape_groups import ShapeGroups
from ..const import DOMAIN, LOGGER
from ..household import Household, WattWiseConfigEntry

_VERSION: Final = 1


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
        self._loaded = False
        self.shapes: dict[str, LoadShape] = {}
        self.groups: ShapeGroups | None = None

    async def async_load(self) -> None:
        """Take back the groups of before a restart, once."""
        async with self._loading:
            if not self._loaded:
                self.groups = await self._async_kept()
                self._loaded = True

    async def async_look(self, entries: Sequence[WattWiseConfigEntry]) -> None:
        """Group the homes that are at work, if anything is new of them."""
        async with self._looking:
            await self.async_load()
            shapes = {
                entry.entry_id: shape
                for entry in entries
                if (shape := _shape(entry.runtime_data))
            }
            if not shapes or shapes == self.shapes or self._waits(entries):
                return
            groups = await self._hass.async_add_executor_job(
                _group, shapes, self.groups
            )
            self.shapes, self.groups = shapes, groups
            await self._store.async_save(groups.as_dict())

    async def async_forget(self) -> None:
        """Forget all of it: the last household is gone."""
        async with self._looking:
            self.shapes, self.groups = {}, None
            await self._store.async_remove()

    def _waits(self, entries: Sequence[WattWiseConfigEntry]) -> bool:
        """Whether groups of before a restart stand until all homes have been looked at."""
        return self.groups is not None and any(
            self.groups.group_of(entry.entry_id) and not _has_looked(entry.runtime_data)
            for entry in entries
        )

    async def _async_kept(self) -> ShapeGroups | None:
        kept = await self._store.async_load()
        if kept is None:
            return None
        try:
            return ShapeGroups.from_dict(kept)
        except (AttributeError, KeyError, TypeError, ValueError) as err:
            LOGGER.warning("The groups of homes of before cannot be read: %r", err)
            return None


def _has_looked(household: Household) -> bool:
    return household.load_shape is not None and household.load_shape.data is not None


def _shape(household: Household) -> LoadShape | None:
    found = household.load_shape.data if household.load_shape else None
    return found.shape if found else None


def _group(shapes: Mapping[str, LoadShape], before: ShapeGroups | None) -> ShapeGroups:
    """Return the groups of some homes; in an executor."""
    from ..analytics.load_shapes.group_homes import (  # noqa: PLC0415  (numpy)
        group_homes,
    )

    return group_homes(shapes, before)
