"""Alerts about meters themselves."""
