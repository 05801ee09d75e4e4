"""Forecasts inside Home Assistant: what feeds them, when they are made, who sees them."""
