"""Forecasts of energy."""
