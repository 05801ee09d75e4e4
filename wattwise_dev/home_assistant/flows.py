"""Config, options and subentry flows, driven as the frontend drives them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .client import Client

_BASE = "/api/config/config_entries"


class FlowError(Exception):
    """A flow asked for something else, showed an error or was aborted."""


class AbortError(FlowError):
    """The flow ended without a config entry of its own.

    Some do so on purpose: a card that added a meter to a household, for example.
    """

    def __init__(self, reason: str) -> None:
        """Keep the reason for callers that expect some."""
        super().__init__(f"Aborted: {reason}")
        self.reason = reason


class FormError(FlowError):
    """The form was shown again with errors: another answer may be taken."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a flow shows now."""

    flow_id: str
    type: str
    step_id: str | None
    placeholders: Mapping[str, str]
    raw: Mapping[str, Any] = field(repr=False)

    @property
    def fields(self) -> dict[str, dict[str, Any]]:
        """The fields the form asks for, by name; those of sections included."""
        return dict(_fields(self.raw.get("data_schema") or []))

    @property
    def suggestions(self) -> dict[str, Any]:
        """What the form suggests: answers which people would leave as they are."""
        return {
            name: field["description"]["suggested_value"]
            for name, field in self.fields.items()
            if "suggested_value" in (field.get("description") or {})
        }

    @property
    def options(self) -> list[str]:
        """What a menu offers."""
        return list(self.raw.get("menu_options") or [])

    @property
    def errors(self) -> dict[str, str]:
        """The errors the form shows, by field."""
        return dict(self.raw.get("errors") or {})

    @property
    def is_done(self) -> bool:
        """Whether the flow made what it was for."""
        return self.type == "create_entry"


class Flow:
    """One flow from its first form to its result."""

    def __init__(self, client: Client, path: str, step: Step) -> None:
        """Go on from a step; flows begin with the functions below."""
        self._client = client
        self._path = path
        self.step = step

    async def submit(self, **answers: Any) -> Step:
        """Fill in the form and return the next step.

        Answers to what the form does not ask are left out, so that one set of answers
        serves a whole flow. Raises FlowError for a required field without an answer,
        an error shown by the form, or an abort.
        """
        if self.step.type != "form":
            raise FlowError(f"{self.step.type} instead of a form: {self.step}")
        return await self._post(
            _answers(self.step.raw["data_schema"] or [], answers, self.step)
        )

    async def choose(self, option: str) -> Step:
        """Choose from the menu and return the next step; raises FlowError."""
        if option not in self.step.options:
            raise FlowError(f"{option} is not among {self.step.options}: {self.step}")
        return await self._post({"next_step_id": option})

    async def abandon(self) -> None:
        """Close the flow without a result."""
        await self._client.rest("DELETE", f"{self._path}/{self.step.flow_id}")

    async def _post(self, body: dict[str, Any]) -> Step:
        path = f"{self._path}/{self.step.flow_id}"
        self.step = _step(await self._client.rest("POST", path, body))
        if self.step.errors:
            raise FormError(f"Step {self.step.step_id} shows {self.step.errors}")
        if self.step.type == "abort":
            raise AbortError(str(self.step.raw.get("reason")))
        return self.step


async def begin_config_flow(client: Client, domain: str) -> Flow:
    """Begin to set up an integration."""
    return await _begin(
        client, f"{_BASE}/flow", {"handler": domain, "show_advanced_options": True}
    )


async def open_discovered_flow(client: Client, flow_id: str) -> Flow:
    """Open the card of something that was discovered."""
    path = f"{_BASE}/flow"
    return Flow(client, path, _step(await client.rest("GET", f"{path}/{flow_id}")))


async def begin_options_flow(client: Client, entry_id: str) -> Flow:
    """Begin to change the options of a config entry."""
    return await _begin(client, f"{_BASE}/options/flow", {"handler": entry_id})


async def begin_subentry_flow(
    client: Client, entry_id: str, subentry_type: str, **extra: Any
) -> Flow:
    """Begin to add a subentry; `subentry_id` in extra reconfigures that one."""
    return await _begin(
        client,
        f"{_BASE}/subentries/flow",
        {"handler": [entry_id, subentry_type], **extra},
    )


async def _begin(client: Client, path: str, body: dict[str, Any]) -> Flow:
    step = _step(await client.rest("POST", path, body))
    if step.type == "abort":
        raise AbortError(str(step.raw.get("reason")))
    return Flow(client, path, step)


def _step(raw: dict[str, Any]) -> Step:
    return Step(
        flow_id=raw["flow_id"],
        type=raw["type"],
        step_id=raw.get("step_id"),
        placeholders=raw.get("description_placeholders") or {},
        raw=raw,
    )


def _fields(schema: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for item in schema:
        if item.get("type") == "expandable":
            yield from _fields(item["schema"])
        else:
            yield item["name"], item


def _answers(
    schema: list[dict[str, Any]], answers: Mapping[str, Any], step: Step
) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for item in schema:
        name = item["name"]
        if item.get("type") == "expandable":
            body[name] = _answers(item["schema"], answers, step)
        elif name in answers:
            body[name] = answers[name]
        elif item.get("required") and "default" not in item:
            raise FlowError(f"Step {step.step_id} asks for {name}: no answer given")
    return body
