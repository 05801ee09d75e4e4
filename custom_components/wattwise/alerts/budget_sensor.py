"""Whether a month will cost, or use, more than the household allows itself."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.core import callback
from homeassistant.helpers.restore_state import (
    ExtraStoredData,
    RestoredExtraData,
    RestoreEntity,
)
from homeassistant.util import dt as dt_util

from ..analytics.tariffs.budget_watch import BudgetWatch, is_grave
from ..analytics.tariffs.month_end import Expectation
from ..analytics.tariffs.month_outlook import MonthOutlook
from ..entity import HouseholdEntity
from ..household import WattWiseConfigEntry
from ..prices.bill_sensors import cost_so_far
from .alert import AlertDetail, AlertKind, AlertSeverity
from .alert_sensor import AlertSensor
from .amount_numbers import MONTHLY_BUDGET, MONTHLY_ENERGY_BUDGET

type _Seen = tuple[float, float, Expectation | None]


class BudgetSensor(AlertSensor, HouseholdEntity, RestoreEntity):
    """On while one of the monthly budgets will probably not do."""

    _attr_device_class = BinarySensorDeviceClass.PROBLEM
    alert_kind = AlertKind.BUDGET_AT_RISK

    def __init__(self, entry: WattWiseConfigEntry) -> None:
        """Watch the budgets of a household."""
        super().__init__(entry, self.alert_kind.value)
        self.alert_household = self.household
        self._watches = {
            MONTHLY_BUDGET: BudgetWatch(),
            MONTHLY_ENERGY_BUDGET: BudgetWatch(),
        }
        self._seen: dict[str, _Seen] = {}
        self._outlook: MonthOutlook | None = None
        self._budgets: dict[str, float] = {}

    @override
    async def async_added_to_hass(self) -> None:
        """Go on from what was there before a restart."""
        if last := await self.async_get_last_extra_data():
            kept = last.as_dict()
            for key, watch in self._watches.items():
                watch.restore(kept.get(key))
        await super().async_added_to_hass()
        self._take()

    @property
    @override
    def extra_restore_state_data(self) -> ExtraStoredData:
        """Return what each watch knows."""
        return RestoredExtraData(
            {key: watch.as_dict() for key, watch in self._watches.items()}
        )

    @callback
    @override
    def _handle_household_update(self) -> None:
        self._take()
        super()._handle_household_update()

    @callback
    def _take(self) -> None:
        """Look once at each new outlook, and when a budget is changed.

        The household is told of readings, too: they make no look.
        """
        bill = self.household.bill
        outlook = bill.data if bill and bill.last_update_success else None
        budgets = {key: self.household.amounts.get(key, 0.0) for key in self._watches}
        if outlook is None or (outlook is self._outlook and budgets == self._budgets):
            return
        self._outlook, self._budgets = outlook, budgets
        self._seen = {}
        now = dt_util.utcnow().timestamp()
        for key, (so_far, expected) in self._months(outlook).items():
            budget = budgets[key]
            watch = self._watches[key]
            if budget <= 0 or so_far is None:
                watch.forget()
                continue
            watch.look(outlook.month, budget, so_far, expected, now)
            self._seen[key] = (budget, so_far, expected)

    def _months(
        self, outlook: MonthOutlook
    ) -> dict[str, tuple[float | None, Expectation | None]]:
        return {
            MONTHLY_BUDGET: (cost_so_far(self.household, outlook), outlook.cost),
            MONTHLY_ENERGY_BUDGET: (outlook.energy_so_far, outlook.energy),
        }

    @property
    def _at_risk(self) -> str | None:
        """The budget it is about: that of money goes first."""
        return next((k for k in self._seen if self._watches[k].active), None)

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether a budget is at risk; None while nothing is expected of the month."""
        amounts = self.household.amounts
        if not any(amounts.get(key, 0.0) > 0 for key in self._watches):
            return False
        known = any(
            expected is not None or so_far > budget
            for budget, so_far, expected in self._seen.values()
        )
        return self._at_risk is not None if known else None

    @property
    @override
    def alert_severity(self) -> AlertSeverity:
        """Critical once it is spent, or next to sure to be."""
        key = self._at_risk
        if key is not None and is_grave(*self._seen[key]):
            return AlertSeverity.CRITICAL
        return AlertSeverity.WARNING

    @property
    @override
    def alert_details(self) -> Mapping[str, AlertDetail]:
        """Return the budget that is at risk, or that there is, and what is expected."""
        key = self._at_risk or next(iter(self._seen), None)
        if key is None or self._outlook is None:
            return {}
        budget, so_far, expected = self._seen[key]
        return {
            "budget": budget,
            "unit": self._unit(key),
            "so_far": round(so_far, 2),
            **_band(expected),
            "days_left": self._outlook.days_left,
        }

    def _unit(self, key: str) -> str:
        return self.household.currency if key == MONTHLY_BUDGET else "kWh"


def _band(expected: Expectation | None) -> dict[str, Any]:
    if expected is None:
        return {"expected": None, "low": None, "high": None}
    return {
        "expected": round(expected.expected, 2),
        "low": round(expected.low, 2),
        "high": round(expected.high, 2),
    }
