"""Readings on disk: rows, packed hours, and for how long they are kept."""
