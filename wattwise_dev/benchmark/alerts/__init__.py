"""Measures what it costs to judge each reading."""
