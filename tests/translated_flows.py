"""A fixture that holds every flow a test goes through against the translations."""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
from typing import Any, Final

import pytest

import custom_components.wattwise as package
from custom_components.wattwise.const import DOMAIN
from homeassistant.config_entries import ConfigSubentryFlow, OptionsFlow
from homeassistant.data_entry_flow import FlowManager, FlowResultType, section
from homeassistant.helpers.selector import SelectSelector

ENGLISH: Final = Path(package.__file__).parent / "translations" / "en.json"
# Stands between the name of a device's value and the value.
_VALUE_OF_A_DEVICE: Final = " · "


@pytest.fixture(autouse=True)
def translated_flows(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test whose flows show anything that has no text."""
    texts = json.loads(ENGLISH.read_text())
    problems: list[str] = []
    handle_step = FlowManager._async_handle_step

    async def checked(
        self: Any, flow: Any, step_id: str, user_input: Any
    ) -> Mapping[str, Any]:
        result: Mapping[str, Any] = await handle_step(self, flow, step_id, user_input)
        if type(flow).__module__.startswith(package.__name__):
            problems.extend(_Shown(texts, flow, result).problems())
        return result

    monkeypatch.setattr(FlowManager, "_async_handle_step", checked)
    yield
    if problems:
        pytest.fail("\n".join(problems))


class _Shown:
    """The texts of one step as the user sees it."""

    def __init__(
        self, texts: Mapping[str, Any], flow: object, result: Mapping[str, Any]
    ) -> None:
        """Find the texts of a flow's result."""
        self._selectors: Mapping[str, Any] = texts["selector"]
        self._result = result
        self._texts: dict[str, str | None] = {}
        if isinstance(flow, ConfigSubentryFlow):
            area = texts["config_subentries"]["meter"]
        else:
            area = texts["options" if isinstance(flow, OptionsFlow) else "config"]
        match result["type"]:
            case FlowResultType.ABORT:
                # Home Assistant has texts for the usual ones.
                if result.get("translation_domain", DOMAIN) == DOMAIN:
                    self._take(area["abort"], result["reason"])
            case FlowResultType.FORM:
                self._take_step(area)
                self._take_fields(result["data_schema"], self._step(area))
            case FlowResultType.MENU:
                self._take_step(area)
            case FlowResultType.SHOW_PROGRESS:
                self._take_step(area)
                self._take(area["progress"], result["progress_action"])

    def problems(self) -> Iterator[str]:
        """Yield texts that are missing or do not fit their values."""
        values = self._result.get("description_placeholders") or {}
        where = self._result.get("step_id", "abort")
        for key, text in self._texts.items():
            if text is None:
                yield f"{where}: {key} has no text"
                continue
            try:
                text.format(**values)
            except (KeyError, IndexError, ValueError) as err:
                yield f"{where}: {err!r} in the text of {key}"

    def _take(self, group: Mapping[str, Any], key: str) -> None:
        self._texts[f"{len(self._texts)} {key}"] = group.get(key)

    def _step(self, area: Mapping[str, Any]) -> Mapping[str, Any]:
        step: Mapping[str, Any] = area["step"].get(self._result["step_id"], {})
        return step

    def _take_step(self, area: Mapping[str, Any]) -> None:
        step = self._step(area)
        self._take(step, "title")
        if "description" in step:
            self._take(step, "description")
        for option in self._result.get("menu_options", ()):
            self._take(step.get("menu_options", {}), option)
            self._take(step.get("menu_option_descriptions", {}), option)
        for error in (self._result.get("errors") or {}).values():
            self._take(area["error"], error)

    def _take_fields(self, schema: Any, step: Mapping[str, Any]) -> None:
        for marker, value in schema.schema.items():
            field = str(marker)
            if isinstance(value, section):
                group = step.get("sections", {}).get(field, {})
                self._take(group, "name")
                self._take_fields(value.schema, group)
                continue
            # Values of a device are called what the device calls them.
            if _VALUE_OF_A_DEVICE not in field:
                self._take(step.get("data", {}), field)
                self._take(step.get("data_description", {}), field)
            if isinstance(value, SelectSelector):
                self._take_options(value)

    def _take_options(self, selector: SelectSelector) -> None:
        key = selector.config.get("translation_key")
        if key is None:
            return
        texts = self._selectors.get(key, {}).get("options", {})
        for option in selector.config["options"]:
            if isinstance(option, str):
                self._take(texts, option)
            elif option["label"] == option["value"]:
                # A label of its own needs no text.
                self._take(texts, option["value"])
