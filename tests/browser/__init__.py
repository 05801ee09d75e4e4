"""Tests that look at Home Assistant with a real browser."""
