"""The dashboards can be imported into Grafana, whatever its data sources are called."""

from collections.abc import Iterator
import itertools
import re
from typing import Any, Final

import pytest

from custom_components.wattwise.history.influx.points import (
    READING_FIELDS,
    READINGS,
    SLOT_FIELDS,
    SLOTS,
)

from .tree import DOCS, load_json

FILES: Final = sorted((DOCS / "grafana").glob("*.json"))
_COLUMNS: Final = 24
_DATA_SOURCE: Final = {"type": "influxdb", "uid": "${datasource}"}
# Of Grafana, not of the dashboard.
_BUILT_IN: Final = {"timeFilter", "__interval", "__timezone"}
_NAMES: Final = {
    READINGS,
    SLOTS,
    *READING_FIELDS,
    *SLOT_FIELDS,
    "meter",
    "channel",
}


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def dashboard(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return a dashboard as it is in its file."""
    model: dict[str, Any] = load_json(request.param)
    return model


def queries(dashboard: dict[str, Any]) -> Iterator[str]:
    """Yield what the panels and the variables ask."""
    for panel in dashboard["panels"]:
        yield from (target["query"] for target in panel["targets"])
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["query"]["query"]


def test_each_is_one_of_its_own() -> None:
    """Imported again it replaces itself, and nothing else."""
    models = [load_json(path) for path in FILES]
    assert len(models) == 2
    assert len({model["uid"] for model in models}) == len(models)
    assert len({model["title"] for model in models}) == len(models)
    assert all("id" not in model for model in models)


def test_the_data_source_is_asked_for(dashboard: dict[str, Any]) -> None:
    """The importer chooses it; all panels and variables use that one."""
    (needed,) = dashboard["__inputs"]
    assert (needed["type"], needed["pluginId"]) == ("datasource", "influxdb")
    first, *variables = dashboard["templating"]["list"]
    assert (first["name"], first["type"], first["query"]) == (
        "datasource",
        "datasource",
        "influxdb",
    )
    assert first["current"]["value"] == f"${{{needed['name']}}}"
    for asking in (*dashboard["panels"], *variables):
        assert asking["datasource"] == _DATA_SOURCE
        for target in asking.get("targets", ()):
            assert target["datasource"] == _DATA_SOURCE
            assert target["rawQuery"] is True
            assert target["resultFormat"] in {"time_series", "table"}
    needs = {item["id"] for item in dashboard["__requires"]}
    assert {panel["type"] for panel in dashboard["panels"]} <= needs


def test_variables_are_there(dashboard: dict[str, Any]) -> None:
    """Each one that a query names is defined, before it is used by another one."""
    known = [variable["name"] for variable in dashboard["templating"]["list"]]
    for query in queries(dashboard):
        used = set(re.findall(r"\$\{?(\w+)", query))
        assert used <= {*known, *_BUILT_IN}, query
    for position, variable in enumerate(dashboard["templating"]["list"]):
        if variable["type"] == "query":
            used = set(re.findall(r"\$\{(\w+)", variable["query"]["query"]))
            assert used <= set(known[:position])
    repeated = {panel.get("repeat", known[0]) for panel in dashboard["panels"]}
    assert repeated <= set(known)


def test_queries_name_what_is_written(dashboard: dict[str, Any]) -> None:
    """Measurements, tags and fields are those of our points, or made from them."""
    for query in queries(dashboard):
        made = set(re.findall(r'AS "(\w+)"', query))
        assert set(re.findall(r'"(\w+)"', query)) <= _NAMES | made, query
        assert "$timeFilter" in query or query.startswith("SHOW TAG VALUES"), query
        # In local days, not in those of UTC.
        if re.search(r"time\(1[dh]\)", query):
            assert query.endswith("tz('$__timezone')"), query
        # InfluxDB 3 Core knows neither of them.
        assert not re.search(r"(?i)\b(slimit|soffset|into|sample)\b", query)


def test_energy_is_never_made_from_power(dashboard: dict[str, Any]) -> None:
    """What is shown in Wh is a sum of what was counted."""
    for panel in dashboard["panels"]:
        if panel["fieldConfig"]["defaults"].get("unit") == "watth":
            for target in panel["targets"]:
                assert "sum(" in target["query"]
                assert '"energy_wh"' in target["query"]
                assert "'power'" not in target["query"]


def test_panels_stand_beside_each_other(dashboard: dict[str, Any]) -> None:
    """None covers another one or reaches beyond the border."""
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [panel["gridPos"] for panel in panels]
    assert all(p["x"] >= 0 and p["x"] + p["w"] <= _COLUMNS for p in places)
    for one, other in itertools.combinations(places, 2):
        assert (
            one["x"] + one["w"] <= other["x"]
            or other["x"] + other["w"] <= one["x"]
            or one["y"] + one["h"] <= other["y"]
            or other["y"] + other["h"] <= one["y"]
        )
    for panel in panels:
        assert panel["title"]
        assert panel["description"]
        refs = [target["refId"] for target in panel["targets"]]
        assert len(set(refs)) == len(refs)
