"""Meters that do not exist: for trying out alerts and automations."""
