"""Tests of the InfluxDB room, on real servers where there are such."""
