"""Loading a file through the options, uploaded as the frontend uploads it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
import re
import tempfile
import threading
from typing import Any

import aiohttp
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.wattwise import uploaded_file
from custom_components.wattwise.flows import progress_task
from custom_components.wattwise.history.files import meter_file
from custom_components.wattwise.history.periods.calendar import Period
from custom_components.wattwise.metering.profile import EnergyKind
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from custom_components.wattwise.running_import import async_get_import
from custom_components.wattwise.uploaded_file import async_take_upload
from homeassistant.components.recorder import Recorder
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component

from .homes import async_add_household, only_meter, push_meter
from .household_flows import open_options, submit_options, suggested
from .translated_flows import translated_flows

__all__ = ["translated_flows"]

LONDON_HOME = Path(__file__).parent / "data/lcl_MAC000002_2013_halfhourly_kwh_utc.csv"
GERMAN = "\n".join(
    [
        "Netzbetreiber;Musterstadt",
        "",
        "Datum;Uhrzeit;Verbrauch (kWh);Status",
        *(
            f"{day:02}.02.2026;{hour:02}:{minute:02};1,{minute:02};gemessen"
            for day in range(1, 4)
            for hour in range(24)
            for minute in (0, 15, 30, 45)
        ),
    ]
)

type Upload = Callable[[str, bytes], Awaitable[str]]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for a frontend."""
    monkeypatch.setattr(progress_task, "_SHORTEST_SECONDS", 0.05)


@pytest.fixture(autouse=True)
def nothing_left(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Use a folder of the test's own, and fail one that leaves a file behind."""
    folder = tmp_path_factory.mktemp("uploads")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.glob("wattwise-*")) == []


@pytest.fixture
async def home(wattwise: HomeAssistant) -> MockConfigEntry:
    """Return a household with one meter."""
    await wattwise.config.async_set_time_zone("Europe/Berlin")
    return await async_add_household(
        wattwise, push_meter(energy_kind=EnergyKind.INTERVAL)
    )


@pytest.fixture
async def upload(
    wattwise: HomeAssistant, hass_client: ClientSessionGenerator
) -> Upload:
    """Return what uploads a file as the frontend does."""
    assert await async_setup_component(wattwise, "file_upload", {})
    client = await hass_client()

    async def send(name: str, content: bytes) -> str:
        form = aiohttp.FormData()
        form.add_field("file", content, filename=name)
        answer = await client.post("/api/file_upload", data=form)
        assert answer.status == 200
        file_id: str = (await answer.json())["file_id"]
        return file_id

    return send


async def after_progress(
    hass: HomeAssistant, result: ConfigFlowResult
) -> ConfigFlowResult:
    """Return what comes after the progress bars."""
    for _ in range(2_000):
        if result["type"] is not FlowResultType.SHOW_PROGRESS:
            return result
        await asyncio.sleep(0.02)
        # As the frontend does when it hears that the flow went on.
        result = await hass.config_entries.options.async_configure(result["flow_id"])
    raise AssertionError(f"still {result['progress_action']}")


async def choose(
    hass: HomeAssistant, result: ConfigFlowResult, step: str
) -> ConfigFlowResult:
    """Choose from a menu."""
    assert step in result["menu_options"]
    return await hass.config_entries.options.async_configure(
        result["flow_id"], {"next_step_id": step}
    )


async def send_file(
    hass: HomeAssistant, result: ConfigFlowResult, file_id: str
) -> ConfigFlowResult:
    """Hand a file over, and wait until it was read."""
    meter = suggested(result, "meter")
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {"meter": meter, "file": file_id}
    )
    return await after_progress(hass, result)


def shown(result: ConfigFlowResult) -> dict[str, Any]:
    """Return what the fields of a form hold at first."""
    assert result["data_schema"] is not None
    answers = {str(key): suggested(result, key) for key in result["data_schema"].schema}
    return {key: answer for key, answer in answers.items() if answer is not None}


def told(result: ConfigFlowResult) -> dict[str, str]:
    """Return what stands in the gaps of a text."""
    return dict(result.get("description_placeholders") or {})


async def test_year_of_a_real_home_twice(
    wattwise: HomeAssistant, home: MockConfigEntry, upload: Upload
) -> None:
    """A London home: shown, loaded, the same sums; the second time nothing is new."""
    content = LONDON_HOME.read_bytes()
    lines = content.decode().splitlines()[1:]
    kwh = sum(float(line.rpartition(",")[2]) for line in lines)

    result = await open_options(wattwise, home, "past_readings")
    result = await send_file(wattwise, result, await upload("home.csv", content))
    assert result["step_id"] == "past_readings_columns"
    answers = shown(result)
    # Whole days tell which end of its period a row bears.
    assert answers == {
        "time_column": "time",
        "value_column": "kwh",
        "channel": "energy_import",
        "unit": "kWh",
        "kind": "interval",
        "stamp": "start",
        "time_zone": "Europe/Berlin",
    }
    assert told(result)["rows"] == f"{len(lines):,}"
    assert told(result)["interval"] == "0:30:00"

    answers["time_zone"] = "UTC"
    result = await submit_options(wattwise, result, **answers)
    result = await after_progress(wattwise, result)
    assert result["step_id"] == "past_readings_check"
    months = re.findall(r"- (\d{4}-\d\d): ([\d.,]+) kWh", told(result)["months"])
    assert len(months) >= 12
    assert sum(float(sum_) for _, sum_ in months) == pytest.approx(kwh, abs=1)
    assert told(result)["expected"] == f"- {len(lines):,} would be added"
    assert only_meter(home).coordinator.latest == {}

    result = await choose(wattwise, result, "past_readings_load")
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    # The bar shows how far it is; the text does not say it once more.
    assert told(result) == {"meter": "Grid", "file": "home.csv"}
    result = await after_progress(wattwise, result)
    assert result["step_id"] == "past_readings_done"
    assert told(result)["accepted"] == f"{len(lines):,}"
    history = only_meter(home).history
    meter_id = only_meter(home).profile.meter_id
    span = (0, int(datetime(2026, 1, 1).timestamp() * 1000))  # noqa: DTZ001
    once = await history.buckets(meter_id, Channel.ENERGY_IMPORT, *span, Period.MONTH)
    assert sum(bucket.energy_wh for bucket in once) / 1000 == pytest.approx(kwh)

    # The way back leads through another file, which is the same one.
    result = await choose(wattwise, result, "past_readings")
    result = await send_file(wattwise, result, await upload("home.csv", content))
    result = await submit_options(wattwise, result, **answers)
    result = await after_progress(wattwise, result)
    assert told(result)["expected"] == (
        f"- 0 would be added\n- {len(lines):,} are known already"
    )
    result = await choose(wattwise, result, "past_readings_load")
    result = await after_progress(wattwise, result)
    assert result["step_id"] == "past_readings_known"
    assert told(result)["duplicate"] == f"{len(lines):,}"
    again = await history.buckets(meter_id, Channel.ENERGY_IMPORT, *span, Period.MONTH)
    assert again == once
    result = await choose(wattwise, result, "init")
    assert result["step_id"] == "init"
    wattwise.config_entries.options.async_abort(result["flow_id"])
    await wattwise.async_block_till_done()


async def test_german_portal(
    wattwise: HomeAssistant, home: MockConfigEntry, upload: Upload
) -> None:
    """A preamble, two columns for the time, decimal commas, Windows' characters."""
    result = await open_options(wattwise, home, "past_readings")
    content = GERMAN.replace("gemessen", "gültig").encode("cp1252")
    result = await send_file(wattwise, result, await upload("Lastgang.csv", content))
    answers = shown(result)
    assert answers == {
        "time_column": "Datum",
        "clock_column": "Uhrzeit",
        "value_column": "Verbrauch (kWh)",
        "channel": "energy_import",
        "unit": "kWh",
        "kind": "interval",
        "stamp": "start",
        "time_zone": "Europe/Berlin",
    }
    result = await submit_options(wattwise, result, **answers)
    result = await after_progress(wattwise, result)
    assert told(result)["rows"] == "288"
    # Periods are told by their start, whatever the history keeps.
    assert told(result)["first"] == "2026-02-01 00:00"
    assert told(result)["last"] == "2026-02-04 00:00"
    assert told(result)["preview"].splitlines()[1] == (
        "- 2026-02-01 00:15 – Energy used or imported: 1.150 kWh"
    )
    # People may go back and correct what they said.
    result = await choose(wattwise, result, "past_readings_columns")
    assert shown(result) == answers
    result = await submit_options(wattwise, result, **answers | {"stamp": "end"})
    result = await after_progress(wattwise, result)
    assert told(result)["first"] == "2026-01-31 23:45"
    wattwise.config_entries.options.async_abort(result["flow_id"])
    await wattwise.async_block_till_done()


async def test_what_cannot_be_known_is_asked(
    wattwise: HomeAssistant, home: MockConfigEntry, upload: Upload
) -> None:
    """Dates and numbers that can be read both ways, no unit, no whole days."""
    rows = ["when,amount", *(f'0{n}/02/2026,"{n},250"' for n in range(1, 10))]
    result = await open_options(wattwise, home, "past_readings")
    result = await send_file(
        wattwise, result, await upload("days.csv", "\n".join(rows).encode())
    )
    answers = shown(result)
    assert answers == {
        "time_column": "when",
        "value_column": "amount",
        "time_zone": "Europe/Berlin",
    }
    assert result["data_schema"] is not None
    fields = set(map(str, result["data_schema"].schema))
    assert {"date_order", "decimal_mark", "stamp", "kind", "unit"} <= fields
    # Nothing is chosen in the user's place: required lists take their first option.
    unknown = ("channel", "unit", "kind", "stamp", "date_order")
    for field in result["data_schema"].schema:
        assert isinstance(field, probatio.Optional) == (
            field in unknown or field in {"clock_column", "decimal_mark"}
        ), field
    result = await submit_options(wattwise, result, **answers)
    assert result["errors"] == dict.fromkeys(unknown, "choice_needed")
    answers |= {
        "channel": "energy_import",
        "unit": "W",
        "kind": "power",
        "stamp": "start",
        "date_order": "day_first",
        "time_zone": "Mars/Olympus",
        "clock_column": "when",
    }
    result = await submit_options(wattwise, result, **answers)
    assert result["errors"] == {
        "unit": "unit_of_another_quantity",
        "kind": "energy_is_not_power",
        "decimal_mark": "decimal_mark_needed",
        "time_zone": "unknown_time_zone",
        "clock_column": "column_used_twice",
    }
    answers |= {
        "unit": "kWh",
        "kind": "interval",
        "decimal_mark": "comma",
        "time_zone": "UTC",
    }
    del answers["clock_column"]
    result = await submit_options(wattwise, result, **answers)
    result = await after_progress(wattwise, result)
    assert result["step_id"] == "past_readings_check"
    assert "2026-02: 47.2 kWh" in told(result)["months"]
    wattwise.config_entries.options.async_abort(result["flow_id"])
    await wattwise.async_block_till_done()


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("sheet.xlsx", b"PK\x03\x04" + bytes(40), "file_is_spreadsheet"),
        ("empty.csv", b"", "file_without_table"),
        ("words.csv", b"no table at all\nreally not\n", "file_without_table"),
        ("letters.csv", b"time,kWh\ntoday,few\nsoon,many\n", "file_without_table"),
        ("data.parquet", b"PAR1" + bytes(40), "file_broken"),
        ("data.h5", b"\x89HDF\r\n\x1a\n" + bytes(40), "file_broken"),
        ("noise.bin", bytes(range(256)) * 8, "file_format_unknown"),
        ("cut.csv.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03cut", "file_broken"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_files_that_cannot_be_read(
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    upload: Upload,
    name: str,
    content: bytes,
    error: str,
) -> None:
    """The form comes again, with a sentence, and takes another file."""
    result = await open_options(wattwise, home, "past_readings")
    result = await send_file(wattwise, result, await upload(name, content))
    assert result["step_id"] == "past_readings"
    assert result["errors"] == {"file": error}
    assert told(result)["file"] == name
    good = await upload("good.csv", b"time,kWh\n2026-02-01 00:00,1\n")
    result = await send_file(wattwise, result, good)
    assert result["step_id"] == "past_readings_columns"
    wattwise.config_entries.options.async_abort(result["flow_id"])
    await wattwise.async_block_till_done()


async def test_upload_that_is_gone(
    wattwise: HomeAssistant, home: MockConfigEntry, upload: Upload
) -> None:
    """A form that was left open over a restart asks for the file again."""
    result = await open_options(wattwise, home, "past_readings")
    result = await send_file(wattwise, result, "0123456789abcdef0123456789abcdef")
    assert result["errors"] == {"file": "upload_lost"}
    wattwise.config_entries.options.async_abort(result["flow_id"])


async def test_an_upload_nobody_waits_for_any_more(
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    upload: Upload,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is taken over while its form is closed is deleted, not left behind."""
    closed, take = threading.Event(), uploaded_file._take

    def take_in_the_end(hass: HomeAssistant, file_id: str) -> Path:
        assert closed.wait(10)
        return take(hass, file_id)

    monkeypatch.setattr(uploaded_file, "_take", take_in_the_end)
    file_id = await upload("home.csv", b"time,kWh\n")
    taking = asyncio.create_task(async_take_upload(wattwise, file_id))
    await asyncio.sleep(0)
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking
    closed.set()
    await wattwise.async_block_till_done()
    await wattwise.async_block_till_done()


async def test_household_without_meters(wattwise: HomeAssistant) -> None:
    """There is nothing to load readings into."""
    entry = await async_add_household(wattwise)
    result = await open_options(wattwise, entry, "past_readings")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "no_meters"


async def start_long_import(
    hass: HomeAssistant, home: MockConfigEntry, upload: Upload
) -> ConfigFlowResult:
    """Begin to load a file that takes a while."""
    rows = [f"{1_700_000_000 + 60 * n},{n % 7}" for n in range(20_000)]
    content = "\n".join(["time,energy_Wh", *rows]).encode()
    result = await open_options(hass, home, "past_readings")
    result = await send_file(hass, result, await upload("long.csv", content))
    answers = shown(result) | {"stamp": "start"}
    assert "time_zone" not in answers
    result = await submit_options(hass, result, **answers)
    result = await after_progress(hass, result)
    result = await choose(hass, result, "past_readings_load")
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    return result


@pytest.mark.usefixtures("_small_batches")
async def test_import_goes_on_without_its_dialog(
    wattwise: HomeAssistant, home: MockConfigEntry, upload: Upload
) -> None:
    """Closing the dialog stops nothing; the next one shows how it ended."""
    result = await start_long_import(wattwise, home, upload)
    wattwise.config_entries.options.async_abort(result["flow_id"])
    running = async_get_import(wattwise, home)
    assert running
    assert running.is_running

    result = await open_options(wattwise, home, "past_readings")
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    wattwise.config_entries.options.async_abort(result["flow_id"])
    assert running.task
    await running.task
    result = await open_options(wattwise, home, "past_readings")
    result = await after_progress(wattwise, result)
    assert result["step_id"] == "past_readings_done"
    assert told(result)["accepted"] == "20,000"
    wattwise.config_entries.options.async_abort(result["flow_id"])
    # It was seen now.
    result = await open_options(wattwise, home, "past_readings")
    assert result["step_id"] == "past_readings"
    wattwise.config_entries.options.async_abort(result["flow_id"])
    await wattwise.async_block_till_done()


@pytest.fixture
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meter_file, "BATCH_ROWS", 50)


@pytest.mark.usefixtures("_small_batches")
async def test_import_ends_with_its_household(
    wattwise: HomeAssistant, home: MockConfigEntry, upload: Upload
) -> None:
    """A reload stops it between two parts; loaded again, the rest follows."""
    result = await start_long_import(wattwise, home, upload)
    running = async_get_import(wattwise, home)
    assert running
    for _ in range(4_000):
        if running.result and running.result.tally.accepted:
            break
        await asyncio.sleep(0.01)
    assert await wattwise.config_entries.async_reload(home.entry_id)
    result = await after_progress(wattwise, result)
    assert result["step_id"] == "past_readings_stopped"
    loaded = int(told(result)["accepted"].replace(",", ""))
    assert 0 < loaded < 20_000
    wattwise.config_entries.options.async_abort(result["flow_id"])

    result = await start_long_import(wattwise, home, upload)
    result = await after_progress(wattwise, result)
    assert result["step_id"] == "past_readings_done"
    accepted = int(told(result)["accepted"].replace(",", ""))
    duplicate = int(told(result)["duplicate"].replace(",", ""))
    assert accepted + duplicate == 20_000
    assert duplicate >= loaded
    wattwise.config_entries.options.async_abort(result["flow_id"])
    await wattwise.async_block_till_done()


async def test_file_that_breaks_off(
    wattwise: HomeAssistant, home: MockConfigEntry, upload: Upload
) -> None:
    """What is whole of a damaged file is not read at all, and said to be damaged."""
    rows = ",\n".join(
        f'{{"time": {1_700_000_000 + 60 * n}, "Wh": {n % 7}}}' for n in range(300)
    )
    result = await open_options(wattwise, home, "past_readings")
    result = await send_file(
        wattwise, result, await upload("cut.json", f"[{rows}"[:-20].encode())
    )
    assert result["errors"] == {"file": "file_broken"}
    wattwise.config_entries.options.async_abort(result["flow_id"])
    await wattwise.async_block_till_done()


async def test_nothing_of_a_file_is_taken(
    wattwise: HomeAssistant, home: MockConfigEntry, upload: Upload
) -> None:
    """Of a file of the future nothing is loaded, and nobody says that it was."""
    content = "time,kWh\n" + "".join(f"2126-02-01 {n:02}:00,1\n" for n in range(9))
    result = await open_options(wattwise, home, "past_readings")
    result = await send_file(
        wattwise, result, await upload("future.csv", content.encode())
    )
    answers = shown(result) | {
        "channel": "energy_import",
        "kind": "interval",
        "stamp": "start",
    }
    result = await submit_options(wattwise, result, **answers)
    result = await after_progress(wattwise, result)
    refused = "- 9 × the time is in the future (rows 2, 3, 4, 5, 6 …)"
    assert told(result)["expected"] == f"- 0 would be added\n{refused}"
    result = await choose(wattwise, result, "past_readings_load")
    result = await after_progress(wattwise, result)
    assert result["step_id"] == "past_readings_nothing"
    assert told(result)["refused"] == refused
    wattwise.config_entries.options.async_abort(result["flow_id"])
    result = await open_options(wattwise, home, "loaded_files")
    assert result["reason"] == "no_loaded_files"
    await wattwise.async_block_till_done()


async def test_statistics_of_the_file_stand_one_by_one(
    recorder_mock: Recorder,
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    upload: Upload,
) -> None:
    """Of a file of what was fed in, only the statistic of that is named."""
    texts: list[str] = []
    for name, channel in (("in.csv", "energy_import"), ("out.csv", "energy_export")):
        rows = "".join(f"2026-02-01 {n:02}:00,1\n" for n in range(9))
        result = await open_options(wattwise, home, "past_readings")
        result = await send_file(
            wattwise, result, await upload(name, f"time,kWh\n{rows}".encode())
        )
        answers = shown(result) | {
            "channel": channel,
            "kind": "interval",
            "stamp": "start",
        }
        result = await submit_options(wattwise, result, **answers)
        result = await after_progress(wattwise, result)
        result = await choose(wattwise, result, "past_readings_load")
        result = await after_progress(wattwise, result)
        assert result["step_id"] == "past_readings_done"
        texts.append(told(result)["statistics"])
        wattwise.config_entries.options.async_abort(result["flow_id"])
    names = [re.findall(r"^- (.*)$", text, re.MULTILINE) for text in texts]
    assert names == [
        ["Grid: energy imported, from files"],
        ["Grid: energy exported, from files"],
    ]
    await wattwise.async_block_till_done()


async def test_counter_of_another_meter(
    wattwise: HomeAssistant, home: MockConfigEntry, upload: Upload
) -> None:
    """The sums are of what would be added, and what two counters are apart is said."""
    meter = only_meter(home)
    profile = replace(meter.profile, energy_kind=EnergyKind.COUNTER)
    start_ms = int(datetime(2026, 2, 22, tzinfo=UTC).timestamp() * 1000)
    await meter.history.append(
        profile,
        [
            Reading(Channel.ENERGY_IMPORT, start_ms + n * 3_600_000, 9.2e6 + n * 2_000)
            for n in range(48)
        ],
    )
    rows = [
        (f"2026-02-{n // 24 + 7:02} {n % 24:02}:00", 1000 + n / 4) for n in range(96)
    ]
    rows[50] = (rows[50][0], 1.0)
    rows += [rows[10], ("2126-02-01 00:00", 2000.0), ("2126-02-01 01:00", 2001.0)]
    content = "\n".join(["Time,Meter reading kWh", *(f"{t},{v}" for t, v in rows)])
    result = await open_options(wattwise, home, "past_readings")
    result = await send_file(
        wattwise, result, await upload("old.csv", content.encode())
    )
    answers = shown(result)
    assert answers["kind"] == "counter"
    # For a counter it does not matter; for amounts it would.
    assert "stamp" not in answers
    wrong = await submit_options(wattwise, result, **answers | {"kind": "interval"})
    assert wrong["errors"] == {"stamp": "choice_needed"}
    result = await submit_options(wattwise, result, **answers)
    result = await after_progress(wattwise, result)
    assert result["step_id"] == "past_readings_check"
    assert told(result)["months"].splitlines() == [
        "- 2026-02: 23.8 kWh",
        "- 2126-02: 0.0 kWh",
    ]
    assert (told(result)["first"], told(result)["last"]) == (
        "2026-02-07 00:00",
        "2026-02-10 23:00",
    )
    expected = told(result)["expected"].splitlines()
    assert expected[:4] == [
        "- 95 would be added",
        "- 1 stands in the file a second time",
        "- 2 × the time is in the future (rows 99, 100)",
        "- 1 × the counter does not fit between the values around it (row 52)",
    ]
    assert expected[5] == (
        "**8,176.2 kWh would fall into the time from 2026-02-10 23:00 to"
        " 2026-02-22 01:00**, between this file and what is known beside it. That is"
        " more than this meter can have measured: it is not counted, and this time"
        " stays a gap."
    )
    assert expected[7].startswith("Is this file from the same counter?")
    result = await choose(wattwise, result, "past_readings_load")
    result = await after_progress(wattwise, result)
    assert told(result)["counts"].splitlines() == [
        "- 95 readings were added",
        "- 1 stands in the file a second time",
    ]
    wattwise.config_entries.options.async_abort(result["flow_id"])
    # The list of loaded files says the same.
    result = await open_options(wattwise, home, "loaded_files")
    assert result["data_schema"] is not None
    (selector,) = result["data_schema"].schema.values()
    (option,) = selector.config["options"]
    assert option["label"].startswith("old.csv · Grid · Energy used or imported · ")
    assert option["label"].endswith("from 2026-02-07 00:00 to 2026-02-10 23:00")
    wattwise.config_entries.options.async_abort(result["flow_id"])
    await wattwise.async_block_till_done()


async def test_loaded_amounts_begin_with_their_period(
    wattwise: HomeAssistant, home: MockConfigEntry, upload: Upload
) -> None:
    """The list of loaded files names the times that the preview named."""
    content = "time,kWh\n" + "".join(f"2026-02-01 {n:02}:00,1\n" for n in range(24))
    result = await open_options(wattwise, home, "past_readings")
    result = await send_file(
        wattwise, result, await upload("day.csv", content.encode())
    )
    answers = shown(result) | {"kind": "interval"}
    result = await submit_options(wattwise, result, **answers)
    result = await after_progress(wattwise, result)
    first, last = told(result)["first"], told(result)["last"]
    assert (first, last) == ("2026-02-01 00:00", "2026-02-02 00:00")
    result = await choose(wattwise, result, "past_readings_load")
    result = await after_progress(wattwise, result)
    wattwise.config_entries.options.async_abort(result["flow_id"])
    result = await open_options(wattwise, home, "loaded_files")
    assert result["data_schema"] is not None
    (selector,) = result["data_schema"].schema.values()
    (option,) = selector.config["options"]
    assert option["label"].endswith(f"from {first} to {last}")
    wattwise.config_entries.options.async_abort(result["flow_id"])
    await wattwise.async_block_till_done()


@pytest.mark.parametrize(
    ("heading", "channel", "unit", "months"),
    [
        ("voltage_l1", "voltage_l1", "V", ["- 2026-01: 231.0 V", "- 2026-02: 236.0 V"]),
        # How long the last value was held, no row tells.
        ("power", "power", "W", ["- 2026-01: 2.8 kWh", "- 2026-02: 2.6 kWh"]),
    ],
)
async def test_months_of_what_would_be_added(
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    upload: Upload,
    heading: str,
    channel: str,
    unit: str,
    months: list[str],
) -> None:
    """Means of other quantities, the energy of power; doubled rows count once."""
    rows = [(f"2026-01-31 {n:02}:00", 231) for n in range(12, 24)]
    rows += [(f"2026-02-01 {n:02}:00", 236) for n in range(12)]
    content = "\n".join(f"{time},{value}" for time, value in [*rows, *rows[:5]])
    content = f"time,{heading} [{unit}]\n{content}\n"
    result = await open_options(wattwise, home, "past_readings")
    result = await send_file(wattwise, result, await upload("x.csv", content.encode()))
    answers = shown(result) | {"channel": channel, "kind": "power", "stamp": "start"}
    result = await submit_options(wattwise, result, **answers)
    result = await after_progress(wattwise, result)
    assert told(result)["months"].splitlines() == months
    wattwise.config_entries.options.async_abort(result["flow_id"])
    await wattwise.async_block_till_done()
