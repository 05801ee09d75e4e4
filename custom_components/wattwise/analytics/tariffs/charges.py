"""What a tariff costs beside the energy itself, and what it pays for what is fed in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Charges:
    """Amounts in the household's currency; 0 stands for none."""

    standing: float = 0.0
    """Per day or per month, however much is used."""
    standing_per_month: bool = False
    capacity: float = 0.0
    """Per kW of the highest mean power of a demand period in a month."""
    demand_minutes: int = 15
    """How long a demand period is: 15, 30 or 60."""
    feed_in: float = 0.0
    """Paid for each kWh that is fed in."""
