"""A meter's past, from Home Assistant's statistics of its sensors."""
