"""Tests of what is expected of similar homes."""
