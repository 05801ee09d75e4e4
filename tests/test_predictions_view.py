"""Forecasts over HTTP, for people and their programs."""

from http import HTTPStatus
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.core import HomeAssistant

from .test_forecast import NOW, home_of

URL = "/api/wattwise/predictions"


@pytest.fixture(autouse=True)
def _at_that_time(freezer: FrozenDateTimeFactory) -> None:
    """Sign in at the time of the test: a key from the future is not valid."""
    freezer.move_to(NOW)


async def test_signed_in_users_read_forecasts(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_client: ClientSessionGenerator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """A day of each series of each household, or as asked; a roof says if it waits."""
    entry = await home_of(wattwise, freezer, 8)
    stranger = await hass_client_no_auth()
    assert (await stranger.get(URL)).status == HTTPStatus.UNAUTHORIZED
    client = await hass_client()
    (household,) = (await (await client.get(URL)).json())["households"]
    assert household["household"] == "Home"
    assert household["config_entry_id"] == entry.entry_id
    assert list(household["series"]) == ["consumption"]
    consumption = household["series"]["consumption"]
    assert (consumption["state"], consumption["unit"]) == ("known", "kWh")
    assert len(consumption["forecast"]) == 24
    assert consumption["forecast"][0]["p10"] <= consumption["forecast"][0]["p90"]
    response = await client.get(
        URL,
        params={
            "household": entry.entry_id,
            "hours": "3",
            "quantiles": "0.25,0.75",
            "quantity": "power",
        },
    )
    (household,) = (await response.json())["households"]
    consumption = household["series"]["consumption"]
    assert (consumption["unit"], len(consumption["forecast"])) == ("W", 3)
    assert consumption["unit_of_sums"] == "kWh"
    assert set(consumption["forecast"][0]) == {"start", "end", "mean", "p25", "p75"}


async def test_slots_are_as_short_as_asked(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_client: ClientSessionGenerator,
) -> None:
    """Or as short as the meters tell: half hours, whose sum is that of their hours."""
    await home_of(wattwise, freezer, 12)
    client = await hass_client()

    async def consumption(**params: str) -> dict[str, Any]:
        answer = await (await client.get(URL, params=params)).json()
        return dict(answer["households"][0]["series"]["consumption"])

    hours = await consumption(hours="3")
    assert "divided_by" not in hours
    for wanted in ("900", "1800"):
        parts = await consumption(hours="3", resolution=wanted)
        assert (parts["resolution"], parts["divided_by"]) == (1800, "habits")
        assert len(parts["forecast"]) == 6
        assert sum(slot["mean"] for slot in parts["forecast"]) == pytest.approx(
            sum(slot["mean"] for slot in hours["forecast"]), abs=1e-3
        )


async def test_without_a_forecast_the_reason_is_told(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_client: ClientSessionGenerator,
) -> None:
    """A household without readings is there, and says what it lacks."""
    await home_of(wattwise, freezer, 0, roof=True)
    client = await hass_client()
    (household,) = (await (await client.get(URL)).json())["households"]
    assert household["series"] == {
        "consumption": {"state": "not_known"},
        "production": {"state": "not_known"},
    }


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("hours=0", "hours"),
        ("hours=49", "hours"),
        ("hours=two", "hours"),
        ("hours=99999999999999999999", "hours"),
        ("quantiles=0.5,1", "quantiles"),
        ("quantiles=nan", "quantiles"),
        ("quantiles=a", "quantiles"),
        ("quantiles=" + ",".join(["0.5"] * 21), "quantiles"),
        ("quantity=money", "quantity"),
        ("resolution=600", "resolution"),
        ("resolution=quarter", "resolution"),
    ],
)
async def test_a_bad_question_gets_a_clear_answer(
    wattwise: HomeAssistant, hass_client: ClientSessionGenerator, query: str, field: str
) -> None:
    """The field that means nothing is named."""
    client = await hass_client()
    response = await client.get(f"{URL}?{query}")
    assert response.status == HTTPStatus.BAD_REQUEST
    answer = await response.json()
    assert answer["field"] == field
    assert answer["message"].startswith(field)


async def test_an_unknown_household_is_not_found(
    wattwise: HomeAssistant, hass_client: ClientSessionGenerator
) -> None:
    """Who asks for a household that is not there is told so."""
    client = await hass_client()
    response = await client.get(f"{URL}?household=nobody")
    assert response.status == HTTPStatus.NOT_FOUND
