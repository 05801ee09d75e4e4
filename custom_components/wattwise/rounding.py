"""Rounding of what sensors show: digits nobody reads only fill the recorder."""


def kilowatt_hours(energy_wh: float | None) -> float | None:
    """Return energy in kWh, to the watt hour."""
    return None if energy_wh is None else round(energy_wh / 1000, 3)


def watts(power: float | None) -> float | None:
    """Return power to a tenth of a watt."""
    return None if power is None else round(power, 1)


def money(cost: float | None) -> float | None:
    """Return an amount to a hundredth of a cent."""
    return None if cost is None else round(cost, 4)


def percent(ratio: float | None) -> float | None:
    """Return a ratio in percent, to a tenth."""
    return None if ratio is None else round(ratio * 100, 1)
