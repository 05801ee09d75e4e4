"""InfluxDB, beside the history's own file."""
