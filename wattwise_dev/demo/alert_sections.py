"""What the demo's dashboard shows of alerts, of the bill, and of what is usual."""

from typing import Any, Final

from .cards import Card, number, once_known, section
from .entities import Entities
from .memory import KnownHome
from .plan import GRID, METERS

# The alerts of the home, and those of its grid meter.
_OF_THE_HOME: Final = (
    ("unusual_use", "Unusual", "mdi:chart-bell-curve-cumulative"),
    ("left_on", "Left on", "mdi:lightbulb-alert"),
    ("standby_rising", "Stand-by", "mdi:power-sleep"),
    ("production_drop", "Roof", "mdi:solar-power-variant"),
    ("overload", "Overload", "mdi:flash-alert"),
    ("budget_at_risk", "Budget", "mdi:piggy-bank-outline"),
)
_OF_THE_GRID: Final = (
    ("voltage_problem", "Voltage", "mdi:sine-wave"),
    ("neutral_lost", "Neutral", "mdi:alert-octagon"),
    ("meter_silent", "Meter", "mdi:meter-electric"),
    ("high_use", "High use", "mdi:speedometer"),
)
_MONEY: Final = (
    ("cost_this_month", "This month so far", "mdi:cash-multiple", "red"),
    ("expected_bill", "What it will come to", "mdi:receipt-text-outline", "red"),
    ("expected_grid_energy", "From the grid by then", "mdi:transmission-tower", "blue"),
    ("advice", "Advice", "mdi:lightbulb-on-outline", "green"),
)


def alerts_view(known: KnownHome, entities: Entities) -> dict[str, Any]:
    """Return the page about what is wrong, unusual or expensive."""
    alerts = [entities.household(key) for key, _, _ in _OF_THE_HOME]
    alerts += [entities.meter(GRID.key, key) for key, _, _ in _OF_THE_GRID]
    return {
        "title": "Alerts",
        "path": "alerts",
        "icon": "mdi:bell-outline",
        "type": "sections",
        "max_columns": 3,
        "sections": [
            _alerts(entities),
            _zones(entities),
            _money(entities),
            section(
                "What could be better?",
                "mdi:lightbulb-on-outline",
                {"type": "custom:wattwise-advice", "config_entry_id": known.entry_id},
            ),
            section(
                "What happened",
                "mdi:history",
                {
                    "type": "logbook",
                    "target": {"entity_id": [alert for alert in alerts if alert]},
                    "hours_to_show": 24,
                    "grid_options": {"columns": 12, "rows": 5},
                },
            ),
        ],
    }


def _alerts(entities: Entities) -> Card:
    return section(
        "Is anything wrong?",
        "mdi:bell-outline",
        *(
            once_known(number(entities.household(key), name, icon, "red"))
            for key, name, icon in _OF_THE_HOME
        ),
        *(
            once_known(number(entities.meter(GRID.key, key), name, icon, "red"))
            for key, name, icon in _OF_THE_GRID
        ),
    )


def _zones(entities: Entities) -> Card:
    return section(
        "As usual?",
        "mdi:traffic-light-outline",
        once_known(
            number(
                entities.household("home_usage_zone"),
                "The home",
                "mdi:home",
                "deep-purple",
            )
        ),
        *(
            once_known(
                number(
                    entities.meter(meter.key, "usage_zone"),
                    meter.name,
                    "mdi:traffic-light-outline",
                    "deep-purple",
                )
            )
            for meter in METERS
        ),
        number(
            entities.household("anomaly_detection"),
            "What is unusual",
            "mdi:school-outline",
            "grey",
        ),
    )


def _money(entities: Entities) -> Card:
    return section(
        "The bill",
        "mdi:cash-multiple",
        *(
            once_known(number(entities.household(key), name, icon, color))
            for key, name, icon, color in _MONEY
        ),
    )
