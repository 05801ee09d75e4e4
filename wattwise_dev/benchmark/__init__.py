"""Measures WattWise in a real Home Assistant, beside what bare parts take."""
