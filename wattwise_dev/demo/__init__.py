"""A home to try WattWise in: Home Assistant and a simulated household."""
