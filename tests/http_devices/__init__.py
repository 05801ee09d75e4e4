"""Devices that answer over HTTP: real servers, with the faults of real devices."""
