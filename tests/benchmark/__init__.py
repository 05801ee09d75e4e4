"""Tests of the benchmark's instruments."""
