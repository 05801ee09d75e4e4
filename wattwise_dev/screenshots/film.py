"""One moving picture made of many."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image

_SHOWN_MS: Final = 1_800
_QUALITY: Final = 70
# What is left and above: Home Assistant's own menus.
_LEFT, _TOP = 256, 60


def make_film(pictures: Sequence[Path], film: Path) -> None:
    """Show the pictures of a dashboard one after the other, for ever, as WebP."""
    frames = []
    for path in pictures:
        with Image.open(path) as picture:
            whole = picture.convert("RGB")
            frames.append(whole.crop((_LEFT, _TOP, whole.width, whole.height)))
    frames[0].save(
        film,
        save_all=True,
        append_images=frames[1:],
        duration=_SHOWN_MS,
        loop=0,
        quality=_QUALITY,
    )
