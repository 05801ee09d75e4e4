"""Automations that people import."""
