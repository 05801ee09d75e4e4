"""Models that forecast a day."""
