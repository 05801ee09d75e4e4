"""A real MQTT broker on this computer."""
