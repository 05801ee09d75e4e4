"""A day of one house over all transports at once, and what came of it."""
