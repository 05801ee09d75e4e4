"""What devices are told apart by: the address of their network hardware."""

import re
from typing import Final

_HEX: Final = re.compile(r"(?:0x)?([0-9a-f]{12}|[0-9a-f]{16})")


def hardware_address(value: object) -> str | None:
    """Return a MAC or IEEE address in lower case digits without separators.

    None for anything that is neither.
    """
    if not isinstance(value, str):
        return None
    match = _HEX.fullmatch(value.strip().lower().replace(":", "").replace("-", ""))
    return match[1] if match else None
