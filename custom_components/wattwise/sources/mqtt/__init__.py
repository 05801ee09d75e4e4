"""Meters on an MQTT broker."""
