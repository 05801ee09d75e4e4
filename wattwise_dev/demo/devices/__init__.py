"""What stands beside Home Assistant in the demo home: a broker, and devices."""
