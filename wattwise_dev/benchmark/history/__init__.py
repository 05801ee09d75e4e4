"""Keeping readings: how quickly, how small, and how quickly they are found again."""
