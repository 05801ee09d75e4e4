"""Tests of the clients that others may use."""
