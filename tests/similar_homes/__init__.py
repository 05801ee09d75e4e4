"""Advice from made-up pasts."""
