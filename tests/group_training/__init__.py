"""Tests of what learns groups of similar homes."""
