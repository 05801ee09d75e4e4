"""Alerts of the supply: voltages, phases, frequency, overload."""
