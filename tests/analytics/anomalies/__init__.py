"""Tests of the detector of anomalies."""
