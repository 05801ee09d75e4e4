"""Addresses as people type them, and settings as they are stored."""

from dataclasses import replace
import json

import pytest

from custom_components.wattwise.history.influx.errors import InvalidAddressError
from custom_components.wattwise.history.influx.settings import (
    InfluxSettings,
    InfluxVersion,
    server_address,
)

from .conftest import settings_for


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("http://influx.local:8086", "http://influx.local:8086"),
        (" https://influx.local/ ", "https://influx.local"),
        ("influx.local:8086", "http://influx.local:8086"),
        ("192.168.1.5", "http://192.168.1.5"),
        ("http://[fe80::1]:8086/", "http://[fe80::1]:8086"),
        ("https://home.example/influx/", "https://home.example/influx"),
    ],
)
def test_addresses(typed: str, address: str) -> None:
    """A scheme that is missing is added, a slash at the end dropped."""
    assert server_address(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "http://",
        "ftp://influx.local",
        "http://influx.local:port",
        "http://influx.local:99999",
        "http://[fe80",
        "http://influx.local/?db=energy",
    ],
)
def test_what_is_no_address(typed: str) -> None:
    """Is said to be none."""
    with pytest.raises(InvalidAddressError):
        server_address(typed)


def test_a_password_in_an_address() -> None:
    """Is refused, and not repeated."""
    with pytest.raises(InvalidAddressError) as caught:
        server_address("http://user:secret@influx.local")
    assert "secret" not in str(caught.value)


def test_settings_are_stored() -> None:
    """As JSON, and come back as they were."""
    settings = settings_for(
        "http://influx.local", "energy", token="t", version=InfluxVersion.V3
    )
    stored = json.loads(json.dumps(settings.as_data()))
    assert InfluxSettings.from_data(stored) == settings


def test_a_bucket_of_the_same_name_elsewhere_is_another() -> None:
    """Server, organization and name make the place; who asks does not."""
    settings = settings_for("http://influx:8086", "wattwise", org="a")
    assert settings.place == replace(settings, token="another").place
    for change in ({"url": "http://b:8086"}, {"org": "b"}, {"database": "b"}):
        assert replace(settings, **change).place != settings.place
