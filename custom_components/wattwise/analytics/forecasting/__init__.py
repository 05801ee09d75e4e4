"""Forecasts of energy: what a meter or home will use or produce, and how sure that is."""
