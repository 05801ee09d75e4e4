"""Tests of the real ESPHome meter without hardware."""
