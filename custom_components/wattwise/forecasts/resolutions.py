"""The lengths of slots in which forecasts are told [s]."""

from typing import Final

QUARTER: Final = 900
HALF: Final = 1800
HOUR: Final = 3600
RESOLUTIONS: Final = (QUARTER, HALF, HOUR)
