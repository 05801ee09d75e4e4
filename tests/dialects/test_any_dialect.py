"""What every dialect keeps to, whatever devices send, and what shows that it works."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
import json
import math
from pathlib import Path
import sys
from types import ModuleType
from typing import Any, Final

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.wattwise.dialects import all_dialects
from custom_components.wattwise.dialects.contract.dialect import (
    Address,
    Dialect,
    HttpDialect,
    MqttDialect,
)
from custom_components.wattwise.dialects.contract.field import Decoded, Field
from custom_components.wattwise.metering.quantity import (
    Quantity,
    known_units,
    to_base_unit,
)
from custom_components.wattwise.metering.reading import Refusal
from tests.repository.markdown import examples

from . import fixture_files
from .fixture_files import (
    FIXTURES,
    FixtureFile,
    PlayedDevice,
    all_fixtures,
    play,
    topic_matches,
)

DOCS: Final = Path(__file__).parents[2] / "docs"
NAMES: Final = sorted(all_dialects())
# Its devices are never found: the user says where they are.
TOLD_BY_THE_USER: Final = "generic_json"
UNITS: Final = {
    unit
    for quantity in Quantity
    if quantity is not Quantity.PRICE
    for unit in known_units(quantity)
}

LEAVES: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -(10**400), 2**63, -1, 0, 1_768_500_010]),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ["nan", "-inf", "1e999", "None", "12.5", "412 W", "+/#", "A4:CF:12:FE:01:02"]
    ),
)
JSON: Final = st.recursive(
    LEAVES,
    lambda part: (
        st.lists(part, max_size=3)
        | st.dictionaries(st.text(max_size=6), part, max_size=3)
    ),
    max_leaves=8,
)
NOT_EVEN_JSON: Final = st.sampled_from(
    ["", "{", "[" * 20_000, '{"a":' * 3_000, "9" * 5_000, "\x00", "\ud800", "NaN"]
)


@cache
def fixtures_of(name: str) -> tuple[FixtureFile, ...]:
    """Return the fixtures of a dialect."""
    return tuple(all_fixtures(name))


def told_device(dialect: Dialect, file: FixtureFile) -> PlayedDevice:
    """Return the device that a user would tell of, with what it says."""
    fields: dict[str, Field] = {}
    address: Address = {}
    if file.messages:
        assert dialect.mqtt is not None
        address = {"topic": file.messages[0].topic}
        for message in file.messages:
            decoded = dialect.mqtt.decode(address, message.topic, message.payload)
            fields |= {field.key: field for field in decoded.fields}
    else:
        assert dialect.http is not None
        address = dialect.http.address(file.answers)
        for path in dialect.http.read_paths(address):
            decoded = dialect.http.decode(address, path, file.answers[path])
            fields |= {field.key: field for field in decoded.fields}
    circuits = {circuit.key: circuit for circuit in dialect.circuits(fields)}
    identity = fixture_files.DeviceIdentity("told", "told")
    return PlayedDevice(identity, address, circuits, fields)


def played_devices(name: str, file: FixtureFile) -> list[PlayedDevice]:
    """Return the devices of a fixture."""
    dialect = all_dialects()[name]
    if name == TOLD_BY_THE_USER:
        return [told_device(dialect, file)]
    return play(dialect, file)


def check_decoded(decoded: Decoded) -> None:
    """Fields are finite and in known units, refusals have reasons."""
    for field in decoded.fields:
        assert isinstance(field.key, str)
        assert isinstance(field.value, float)
        assert math.isfinite(field.value)
        assert field.unit is None or field.unit in UNITS
        assert field.time_ms is None or isinstance(field.time_ms, int)
    for refused in decoded.refused:
        assert isinstance(refused.reason, Refusal)
        assert refused.value is None or math.isfinite(refused.value)
    assert decoded.online in {None, True, False}


def check_circuits(dialect: Dialect, fields: Mapping[str, Field]) -> None:
    """Circuits have keys of their own, and formulas that channels can hold."""
    circuits = dialect.circuits(fields)
    keys = [circuit.key for circuit in circuits]
    assert len(keys) == len(set(keys))
    for circuit in circuits:
        assert circuit.channels
        for channel, formula in circuit.channels.items():
            assert formula.terms
            assert math.isfinite(to_base_unit(1.0, channel.quantity, formula.unit))


def changed(data: st.DataObject, body: Any) -> Any:
    """Return a JSON value with something else at some place, or without it."""
    if not isinstance(body, dict | list) or not body or data.draw(st.booleans()):
        return data.draw(JSON)
    keys = list(body) if isinstance(body, dict) else list(range(len(body)))
    key = data.draw(st.sampled_from(keys))
    copy = body.copy()
    if data.draw(st.integers(0, 4)) == 0:
        del copy[key]
    else:
        copy[key] = changed(data, body[key])
    return copy


def messages(data: st.DataObject, name: str) -> Iterator[tuple[str, str]]:
    """Yield the messages of a fixture, some with other payloads, some misdirected."""
    with_messages = [file for file in fixtures_of(name) if file.messages]
    if not with_messages:
        return
    file = data.draw(st.sampled_from(with_messages))
    topics = [message.topic for message in file.messages]
    for message in file.messages:
        topic, payload = message.topic, message.payload
        match data.draw(st.integers(0, 9)):
            case 0:
                payload = data.draw(NOT_EVEN_JSON)
            case 1:
                payload = json.dumps(data.draw(JSON))
            case 2:
                topic = data.draw(st.sampled_from(topics))
            case 3 | 4 | 5:
                try:
                    body = json.loads(payload)
                except ValueError:
                    body = payload
                payload = json.dumps(changed(data, body))
        yield topic, payload


@pytest.mark.parametrize("name", [n for n in NAMES if all_dialects()[n].mqtt])
@settings(
    max_examples=200,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_garbage_over_mqtt(name: str, data: st.DataObject) -> None:
    """No message makes a dialect fail, neither in a search nor from its devices."""
    dialect = all_dialects()[name]
    mqtt: MqttDialect | None = dialect.mqtt
    assert mqtt is not None
    search = mqtt.search()
    received = list(messages(data, name))
    for topic, payload in received:
        if any(topic_matches(pattern, topic) for pattern in mqtt.search_topics):
            search.note(topic, payload)
    addresses = [finding.address for finding in search.findings()]
    if name == TOLD_BY_THE_USER:
        addresses = [{"topic": topic} for topic, _ in received[:1]]
    for finding in search.findings():
        assert finding.identity.key
        assert isinstance(mqtt.follow_topics(finding.identity.key), tuple)
        json.dumps(dict(finding.address))
    for address in addresses:
        assert all(isinstance(topic, str) and topic for topic in mqtt.topics(address))
        fields: dict[str, Field] = {}
        for topic, payload in received:
            decoded = mqtt.decode(address, topic, payload)
            check_decoded(decoded)
            fields |= {field.key: field for field in decoded.fields}
        check_circuits(dialect, fields)


@pytest.mark.parametrize("name", [n for n in NAMES if all_dialects()[n].http])
@settings(
    max_examples=200,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_garbage_over_http(name: str, data: st.DataObject) -> None:
    """No answer makes a dialect fail, neither to set it up nor with its values."""
    dialect = all_dialects()[name]
    http: HttpDialect | None = dialect.http
    assert http is not None
    answers: dict[str, Any] = {}
    if with_answers := [file for file in fixtures_of(name) if file.answers]:
        answers = dict(data.draw(st.sampled_from(with_answers)).answers)
    for path in answers:
        if data.draw(st.integers(0, 2)):
            answers[path] = changed(data, answers[path])
    identity = http.identity(answers.get(http.identify_path))
    assert identity is None or identity.key
    address = http.address({path: answers.get(path) for path in http.setup_paths()})
    if name == TOLD_BY_THE_USER:
        address = http.address(answers)
    json.dumps(dict(address))
    fields: dict[str, Field] = {}
    paths = http.read_paths(address)
    assert all(isinstance(path, str) and path for path in paths)
    events = [http.event_path] if http.event_path else []
    for path in (*paths, *answers, *events, "/"):
        answer = answers[path] if path in answers else data.draw(JSON)
        decoded = http.decode(address, path, answer)
        check_decoded(decoded)
        fields |= {field.key: field for field in decoded.fields}
    check_circuits(dialect, fields)


@pytest.mark.parametrize("name", NAMES)
def test_every_dialect_has_fixtures(name: str) -> None:
    """A dialect comes with a folder of what its devices send."""
    assert list((FIXTURES / name).glob("*.json"))


@pytest.mark.parametrize(
    ("name", "file"),
    [(name, file) for name in NAMES for file in fixtures_of(name)],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_fixtures_make_circuits(name: str, file: FixtureFile) -> None:
    """What a device sends makes a meter, unless its fixture says that it makes none."""
    text = (FIXTURES / name / f"{file.name}.json").read_text(encoding="utf-8")
    none_expected = json.loads(text).get("circuits") == 0
    assert file.description
    assert file.source
    devices = played_devices(name, file)
    circuits = [circuit for device in devices for circuit in device.circuits.values()]
    assert bool(circuits) is not none_expected
    for device in devices:
        check_decoded(Decoded(list(device.fields.values()), device.refused))
        check_circuits(all_dialects()[name], device.fields)


@pytest.mark.parametrize("name", NAMES)
def test_every_dialect_is_in_the_table(name: str) -> None:
    """The page of supported meters names each dialect as people call it."""
    rows = (DOCS / "supported-meters.md").read_text(encoding="utf-8").splitlines()
    title = all_dialects()[name].title
    assert any(row.startswith("|") and title in row for row in rows)


def test_example_of_the_documentation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dialect, the fixture and the test that developers are shown work together."""
    page = list(examples(DOCS / "adding-a-meter.md"))
    sources = [example.code for example in page if example.language == "python"]
    (recorded,) = [example.code for example in page if example.language == "json"]
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "normal.json").write_text(recorded, encoding="utf-8")
    monkeypatch.setattr(fixture_files, "FIXTURES", tmp_path)
    package = "custom_components.wattwise.dialects"
    dialect = imported(f"{package}.acme", sources[0], tmp_path, monkeypatch)
    test = imported("tests.dialects.test_acme", sources[1], tmp_path, monkeypatch)
    for name, function in vars(test).items():
        if name.startswith("test_"):
            function()
    assert isinstance(dialect.DIALECT, Dialect)


def imported(
    name: str, code: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> ModuleType:
    """Return a module made of code, under this name until the test ends."""
    path = folder / f"{name.rpartition('.')[2]}.py"
    path.write_text(code, encoding="utf-8")
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module
