"""Tests of WattWise."""
