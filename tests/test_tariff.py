"""What the unit of a price means."""

import pytest

from custom_components.wattwise.prices.price_units import price_factor


@pytest.mark.parametrize(
    ("unit", "currency", "factor"),
    [
        ("EUR/kWh", "EUR", 1.0),
        ("eur / kWh", "EUR", 1.0),
        ("€/kWh", "EUR", 1.0),
        ("EUR/MWh", "EUR", 0.001),
        ("EUR/Wh", "EUR", 1000.0),
        ("ct/kWh", "EUR", 0.01),
        ("Cent/kWh", "EUR", 0.01),
        ("¢/kWh", "USD", 0.01),
        ("c/kWh", "AUD", 0.01),
        ("$/kWh", "USD", 1.0),
        ("$/MWh", "CAD", 0.001),
        ("p/kWh", "GBP", 0.01),
        ("£/kWh", "GBP", 1.0),
        ("öre/kWh", "SEK", 0.01),
        ("øre/kWh", "NOK", 0.01),
        ("Øre/kWh", "DKK", 0.01),
        ("kr/kWh", "DKK", 1.0),
        ("gr/kWh", "PLN", 0.01),
        ("zł/kWh", "PLN", 1.0),
        ("Rp./kWh", "CHF", 0.01),
        ("ct/MWh", "EUR", 0.00001),
    ],
)
def test_price(unit: str, currency: str, factor: float) -> None:
    """Prices come per Wh, kWh or MWh, in whole units or hundredths."""
    assert price_factor(unit, currency) == pytest.approx(factor)


@pytest.mark.parametrize(
    ("unit", "currency"),
    [
        (None, "EUR"),
        ("", "EUR"),
        ("EUR", "EUR"),
        ("kWh", "EUR"),
        ("EUR/h", "EUR"),
        ("EUR/m³", "EUR"),
        ("EUR/GWh", "EUR"),
        # Per millionth of a kWh is no price, but a wrongly written unit.
        ("EUR/mWh", "EUR"),
        ("SEK/kWh", "EUR"),
        ("€/kWh", "USD"),
        ("p/kWh", "SEK"),
        ("öre/kWh", "NOK"),
        ("kWh/EUR", "EUR"),
        ("EUR/kWh/h", "EUR"),
    ],
)
def test_no_price(unit: str | None, currency: str) -> None:
    """Anything else is no price in this currency."""
    assert price_factor(unit, currency) is None
