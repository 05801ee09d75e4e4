"""What HACS, and Home Assistant's Marketplace that grew from it, want of a repository."""

import re
import struct
from typing import Final
import zlib

import pytest

from .tree import DOMAIN, INTEGRATION, ROOT, WORKFLOWS, load_json, project_files

HACS: Final = load_json(ROOT / "hacs.json")
KNOWN: Final[dict[str, type]] = {
    "content_in_root": bool,
    "country": list,
    "filename": str,
    "hacs": str,
    "hide_default_branch": bool,
    "homeassistant": str,
    "name": str,
    "persistent_directory": str,
    "render_readme": bool,
    "zip_release": bool,
}
# Width and height of the images that Home Assistant shows.
IMAGES: Final = {"icon.png": (256, 256), "icon@2x.png": (512, 512)}
_LOGO_HEIGHTS: Final = {"": (128, 256), "@2x": (256, 512)}
_RGBA: Final = 6


def test_hacs_json() -> None:
    """Known keys with values of the right type; a name; a version of Home Assistant."""
    assert HACS["name"]
    for key, value in HACS.items():
        assert isinstance(value, KNOWN[key]), key
    assert re.fullmatch(r"\d{4}\.\d{1,2}\.\d+", HACS["homeassistant"])
    # Both would have no meaning for an integration that is installed from a release.
    assert not HACS.keys() & {"content_in_root", "country"}


def test_release_archive() -> None:
    """The archive that HACS asks for is the one a release gets."""
    if HACS.get("zip_release"):
        assert HACS["filename"] in (WORKFLOWS / "release.yml").read_text()


def test_one_integration() -> None:
    """There is exactly one integration, named as its domain."""
    parent = INTEGRATION.parent
    folders = {
        path.relative_to(parent).parts[0]
        for path in project_files()
        if path.is_relative_to(parent) and path.parent != parent
    }
    assert folders == {DOMAIN}


def test_license() -> None:
    """The licence is one that hosts recognise as free, word for word."""
    text = " ".join((ROOT / "LICENSE").read_text().split())
    assert text.startswith("MIT License Copyright (c) ")
    assert (
        "Permission is hereby granted, free of charge, to any person obtaining a copy of"
        ' this software and associated documentation files (the "Software"), to deal in'
        " the Software without restriction"
    ) in text
    assert 'THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND' in text


def test_readme() -> None:
    """The page that is shown before anybody installs anything."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# ")
    assert len(readme) > 1_000


def png(name: str) -> tuple[int, int, int, bytes]:
    """Return width, height, colour type and pixel data of an image."""
    data = (INTEGRATION / "brand" / name).read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n"), name
    width, height, depth, colour = struct.unpack(">IIBB", data[16:26])
    assert depth == 8
    pixels, at = b"", 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            pixels += data[at + 8 : at + 8 + length]
        at += length + 12
    return width, height, colour, zlib.decompress(pixels)


@pytest.mark.parametrize("name", IMAGES)
def test_icon(name: str) -> None:
    """Icons have the size Home Assistant wants, and a transparent background."""
    width, height, colour, pixels = png(name)
    assert (width, height) == IMAGES[name]
    assert colour == _RGBA
    assert len(pixels) == height * (1 + 4 * width)
    # Filter byte, then red, green, blue and alpha of the first pixel: a corner, which
    # every filter leaves as it is.
    assert pixels[4] == 0


@pytest.mark.parametrize(
    "name",
    sorted(p.name for p in (INTEGRATION / "brand").glob("*logo*.png")),
)
def test_logo(name: str) -> None:
    """Logos are of landscape shape, of the right height, with transparency."""
    width, height, colour, _ = png(name)
    low, high = _LOGO_HEIGHTS["@2x" if "@2x" in name else ""]
    assert low <= min(width, height) <= high
    assert colour == _RGBA
    assert (INTEGRATION / "brand" / name.replace("@2x", "")).is_file()
