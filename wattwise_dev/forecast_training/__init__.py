"""Trains the models that WattWise ships: python -m wattwise_dev.forecast_training."""
