"""Tests of the evaluation of forecasts."""
