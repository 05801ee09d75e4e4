"""What the unit of a price means."""

from typing import Final

_PER_KWH: Final = {"kWh": 1.0, "MWh": 1e-3, "Wh": 1e3}

_HUNDREDTH: Final = 0.01
# Names of the hundredth part that many currencies share.
_ANY_HUNDREDTHS: Final = frozenset({"c", "ct", "cent", "cents", "¢"})
# Names of the hundredth part, and signs of the whole, that belong to some only: a
# price in pence is not one in a household that counts in kronor.
_HUNDREDTHS: Final[dict[str, frozenset[str]]] = {
    "p": frozenset({"GBP", "FKP", "GIP", "SHP"}),
    "pence": frozenset({"GBP", "FKP", "GIP", "SHP"}),
    "öre": frozenset({"SEK"}),
    "øre": frozenset({"NOK", "DKK"}),
    "gr": frozenset({"PLN"}),
    "rp": frozenset({"CHF"}),
    "rp.": frozenset({"CHF"}),
    "snt": frozenset({"EUR"}),
}
_SIGNS: Final[dict[str, frozenset[str]]] = {
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP", "FKP", "GIP", "SHP"}),
    "$": frozenset(
        {"ARS", "AUD", "CAD", "CLP", "COP", "HKD", "MXN", "NZD", "SGD", "TWD", "USD"}
    ),
    "kr": frozenset({"DKK", "ISK", "NOK", "SEK"}),
    "kr.": frozenset({"DKK", "ISK", "NOK", "SEK"}),
    "fr.": frozenset({"CHF"}),
    "zł": frozenset({"PLN"}),
    "kč": frozenset({"CZK"}),
    "ft": frozenset({"HUF"}),
    "lei": frozenset({"RON"}),
    "₹": frozenset({"INR"}),
    "¥": frozenset({"CNY", "JPY"}),
    "₴": frozenset({"UAH"}),
    "₺": frozenset({"TRY"}),
    "₪": frozenset({"ILS"}),
    "r": frozenset({"ZAR"}),
    "r$": frozenset({"BRL"}),
}


def price_factor(unit: str | None, currency: str) -> float | None:
    """Return the factor from a price's unit to units of the currency per kWh.

    None when the unit is no price of energy, or one in another currency.
    """
    money, separator, energy = (unit or "").partition("/")
    if not separator:
        return None
    money_factor = _money_factor(money.strip().casefold(), currency)
    energy_factor = _PER_KWH.get(energy.strip())
    if money_factor is None or energy_factor is None:
        return None
    return money_factor * energy_factor


def _money_factor(money: str, currency: str) -> float | None:
    """Return how many units of the currency one unit of `money` (casefolded) is."""
    if money == currency.casefold() or currency in _SIGNS.get(money, ()):
        return 1.0
    if money in _ANY_HUNDREDTHS or currency in _HUNDREDTHS.get(money, ()):
        return _HUNDREDTH
    return None
