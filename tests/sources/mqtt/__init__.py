"""Tests of the meters on an MQTT broker."""
