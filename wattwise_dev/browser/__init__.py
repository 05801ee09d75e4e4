"""A real browser on Home Assistant's frontend."""

from .chromium import BrowserMissingError, open_chromium
from .frontend import DESKTOP, PHONE, Frontend, Screen

__all__ = [
    "DESKTOP",
    "PHONE",
    "BrowserMissingError",
    "Frontend",
    "Screen",
    "open_chromium",
]
