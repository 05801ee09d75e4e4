"""Tests of load shapes and their groups."""
