"""Meters that are made up."""
