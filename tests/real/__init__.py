"""Tests that start real servers: Home Assistant, and what talks to it."""
