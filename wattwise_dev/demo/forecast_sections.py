"""What the demo's dashboard shows of forecasts: what is coming, and how good it was."""

from .cards import Card, number, once_known, section
from .entities import Entities
from .forecast_chart import forecast_chart


def coming(entities: Entities) -> Card:
    """Return the forecast of today and tomorrow, in figures and as a picture."""
    return section(
        "What is coming",
        "mdi:crystal-ball",
        once_known(
            number(
                entities.household("consumption_forecast_rest_of_today"),
                "Until midnight",
                "mdi:home-clock-outline",
                "orange",
            )
        ),
        once_known(
            number(
                entities.household("consumption_forecast_tomorrow"),
                "Tomorrow",
                "mdi:home-clock-outline",
                "orange",
            )
        ),
        once_known(
            number(
                entities.household("production_forecast_tomorrow"),
                "Made tomorrow",
                "mdi:solar-power-variant-outline",
                "amber",
            )
        ),
        once_known(
            number(
                entities.household("consumption_peak_power"),
                "Next peak",
                "mdi:chart-bell-curve",
                "red",
            )
        ),
        once_known(
            number(
                entities.household("greenest_window"),
                "Most of the sun",
                "mdi:solar-power-variant-outline",
                "green",
            )
        ),
        forecast_chart(),
    )


def accuracy(entities: Entities) -> Card:
    """Return the forecast of the hours that are over beside what came, and scores."""
    lines = [
        {"entity": entity, "name": name}
        for entity, name in (
            (entities.household("consumption_power"), "The home uses"),
            (entities.consumption_forecast, "Forecast at midnight"),
        )
        if entity
    ]
    chart: Card = {
        "type": "statistics-graph",
        "entities": lines,
        "chart_type": "line",
        "period": "hour",
        "days_to_show": 1,
        "stat_types": ["mean", "min", "max"],
        "grid_options": {"columns": 12, "rows": 6},
    }
    return section(
        "How good the forecast is",
        "mdi:bullseye-arrow",
        chart,
        once_known(
            number(
                entities.household("forecast_skill_30_days"),
                "Skill",
                "mdi:bullseye-arrow",
                "green",
            )
        ),
        once_known(
            number(
                entities.household("forecast_coverage"),
                "Band held",
                "mdi:arrow-expand-vertical",
                "blue",
            )
        ),
        once_known(
            number(
                entities.household("forecast_mean_error"),
                "Hourly error",
                "mdi:plus-minus-variant",
                "orange",
            )
        ),
        once_known(
            number(
                entities.household("forecast_daily_error"),
                "Daily error",
                "mdi:calendar-check",
                "orange",
            )
        ),
        once_known(
            number(
                entities.household("forecast_bias"),
                "Bias",
                "mdi:arrow-up-down",
                "purple",
            )
        ),
        once_known(
            number(
                entities.household("forecast_model"),
                "Method",
                "mdi:function-variant",
                "grey",
            )
        ),
    )
