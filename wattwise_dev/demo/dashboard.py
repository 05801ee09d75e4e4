"""The dashboard of the demo home, and its settings of the Energy dashboard."""

from typing import Any, Final

from wattwise_dev.home_assistant import HomeAssistant

from .alert_sections import alerts_view
from .cards import Card, bar, gauge, heading, number, once_known, section
from .entities import Entities
from .forecast_sections import accuracy, coming
from .memory import KnownHome
from .plan import (
    AIR_CONDITIONER,
    GRID,
    HOUSEHOLD_ANSWERS,
    METERS,
    SOLAR,
    WATER_HEATER,
)
from .similar_homes_sections import days, similar_homes
from .welcome import dashboard_welcome

URL_PATH: Final = "demo-home"
_TITLE: Final = "Demo home"
_CONTRACTED_W: Final = HOUSEHOLD_ANSWERS["contracted_power"] * 1000
_APPLIANCES: Final = (
    (WATER_HEATER, "mdi:water-boiler", "deep-orange", 2_500),
    (AIR_CONDITIONER, "mdi:air-conditioner", "cyan", 1_300),
)
# What the voltage of a socket may be: 230 V, ten per cent more or less.
_USUAL_VOLTAGES: Final = (207, 253)
# Home Assistant has recorded the sensors since they were added, some seconds ago.
_LAST_MINUTES_H: Final = 0.25


async def show_dashboard(
    home: HomeAssistant, known: KnownHome, entities: Entities
) -> None:
    """Create the dashboard, or renew it, and make it what is seen first."""
    dashboards = await home.command("lovelace/dashboards/list")
    if not any(dashboard["url_path"] == URL_PATH for dashboard in dashboards):
        await home.command(
            "lovelace/dashboards/create",
            url_path=URL_PATH,
            title=_TITLE,
            icon="mdi:home-lightning-bolt",
            require_admin=False,
            show_in_sidebar=True,
        )
    await home.command(
        "lovelace/config/save",
        url_path=URL_PATH,
        config=dashboard_config(known, entities),
    )
    await home.command(
        "frontend/set_system_data", key="core", value={"default_panel": URL_PATH}
    )


def dashboard_config(known: KnownHome, entities: Entities) -> dict[str, Any]:
    """Return the dashboard; what has no entity is left out."""
    return {
        "title": _TITLE,
        "views": [
            {
                "title": _TITLE,
                "path": "home",
                "type": "sections",
                "max_columns": 3,
                "header": {
                    "layout": "responsive",
                    "card": {
                        "type": "markdown",
                        "text_only": True,
                        "content": dashboard_welcome(known),
                    },
                },
                "sections": [
                    _now(entities),
                    _today(entities),
                    coming(entities),
                    accuracy(entities),
                    similar_homes(entities),
                    days(entities),
                    _last_days(entities),
                    _appliances(entities),
                    _last_minutes(entities),
                    _mains(entities),
                    _meters(entities),
                ],
            },
            alerts_view(known, entities),
            _voltage_quality(known),
        ],
    }


def _voltage_quality(known: KnownHome) -> dict[str, Any]:
    """Return a page of its own, so that it can be printed."""
    return {
        "title": "Voltage quality",
        "path": "voltage-quality",
        "icon": "mdi:sine-wave",
        "type": "panel",
        "cards": [
            {
                "type": "custom:wattwise-power-quality",
                "device_id": known.meters[GRID.key].device_id,
            }
        ],
    }


def _now(entities: Entities) -> Card:
    return section(
        "Right now",
        "mdi:flash",
        gauge(
            entities.household("consumption_power"),
            "The home uses",
            _CONTRACTED_W,
            {"green": 0, "yellow": _CONTRACTED_W * 0.5, "red": _CONTRACTED_W * 0.8},
        ),
        number(
            entities.household("production_power"),
            "The roof makes",
            "mdi:solar-power",
            "amber",
        ),
        number(
            entities.meter(GRID.key, "power"),
            "From the grid",
            "mdi:transmission-tower",
            "blue",
        ),
        number(
            entities.household("untracked_power"),
            "Untracked",
            "mdi:help-circle-outline",
            "grey",
        ),
        number(
            entities.household("connection_load"),
            "Connection load",
            "mdi:speedometer",
            "purple",
        ),
    )


def _today(entities: Entities) -> Card:
    return section(
        "Today",
        "mdi:calendar-today",
        number(entities.household("consumption_today"), "Used", "mdi:home", "orange"),
        number(entities.household("cost_today"), "Cost", "mdi:cash", "red"),
        number(
            entities.household("production_today"), "Made", "mdi:solar-power", "amber"
        ),
        number(
            entities.meter(GRID.key, "energy_import_today"),
            "From the grid",
            "mdi:transmission-tower-export",
            "blue",
        ),
        number(
            entities.household("untracked_today"),
            "Untracked",
            "mdi:help-circle-outline",
            "grey",
        ),
        number(
            entities.household("self_sufficiency_today"),
            "Self-sufficiency",
            "mdi:home-lightning-bolt",
            "green",
        ),
        heading("Yesterday", "mdi:calendar-arrow-left", "subtitle"),
        number(
            entities.household("consumption_yesterday"), "Used", "mdi:home", "orange"
        ),
        number(
            entities.meter(SOLAR.key, "energy_export_yesterday"),
            "Made",
            "mdi:solar-power",
            "amber",
        ),
        heading("This month", "mdi:calendar-month", "subtitle"),
        once_known(
            number(entities.household("cost_this_month"), "Cost", "mdi:cash", "red")
        ),
        once_known(
            number(
                entities.household("expected_bill"),
                "Bill expected",
                "mdi:receipt-text-outline",
                "red",
            )
        ),
        number(
            entities.household("consumption_this_month"), "Used", "mdi:home", "orange"
        ),
        number(
            entities.meter(SOLAR.key, "energy_export_this_month"),
            "Made",
            "mdi:solar-power",
            "amber",
        ),
    )


def _last_days(entities: Entities) -> Card:
    bars = [
        {"entity": entity, "name": name}
        for entity, name in (
            (entities.meter(GRID.key, "energy_import"), "From the grid"),
            (entities.meter(GRID.key, "energy_export"), "To the grid"),
            (entities.meter(SOLAR.key, "energy_export"), "Made"),
        )
        if entity
    ]
    card: Card = {
        "type": "statistics-graph",
        "entities": bars,
        "chart_type": "bar",
        "period": "day",
        "days_to_show": 7,
        "stat_types": ["change"],
        "grid_options": {"columns": 12, "rows": 6},
    }
    return section("The last days", "mdi:chart-bar", card)


def _last_minutes(entities: Entities) -> Card:
    lines = [
        {"entity": entity, "name": name}
        for entity, name in (
            (entities.household("consumption_power"), "The home uses"),
            (entities.household("production_power"), "The roof makes"),
            (entities.meter(GRID.key, "power"), "From the grid"),
        )
        if entity
    ]
    card: Card = {
        "type": "history-graph",
        "entities": lines,
        "hours_to_show": _LAST_MINUTES_H,
        "grid_options": {"columns": 12, "rows": 6},
    }
    return section("The last minutes", "mdi:chart-line", card)


def _appliances(entities: Entities) -> Card:
    cards: list[Card | None] = []
    for meter, icon, color, maximum in _APPLIANCES:
        cards += [
            bar(
                entities.meter(meter.key, "power"),
                meter.name,
                icon,
                color,
                (0, maximum),
            ),
            number(
                entities.meter(meter.key, "energy_import_today"), "Today", icon, color
            ),
            number(
                entities.meter(meter.key, "energy_import_this_month"),
                "This month",
                "mdi:calendar-month",
                color,
            ),
        ]
    return section("Appliances", "mdi:power-socket-eu", *cards)


def _mains(entities: Entities) -> Card:
    voltages = (
        bar(
            entities.meter(GRID.key, f"voltage_l{phase}"),
            f"Phase {phase}",
            "mdi:sine-wave",
            "teal",
            _USUAL_VOLTAGES,
        )
        for phase in (1, 2, 3)
    )
    return section(
        "The mains",
        "mdi:sine-wave",
        *voltages,
        number(
            entities.meter(GRID.key, "frequency"), "Frequency", "mdi:metronome", "teal"
        ),
        number(
            entities.meter(GRID.key, "power_factor"),
            "Power factor",
            "mdi:angle-acute",
            "teal",
        ),
    )


def _meters(entities: Entities) -> Card:
    return section(
        "Do the meters report?",
        "mdi:meter-electric",
        *(
            number(
                entities.meter(meter.key, "connected"),
                meter.name,
                "mdi:check-network",
                "green",
            )
            for meter in METERS
        ),
    )
