"""What a reading means: quantities, plausibility, counters and segments of time."""
