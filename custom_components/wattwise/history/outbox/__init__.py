"""What waits to be written to InfluxDB."""
