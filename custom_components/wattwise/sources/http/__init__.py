"""Meters that are asked over HTTP."""
