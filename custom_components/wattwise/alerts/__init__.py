"""Alerts as people and automations meet them: entities, and what becomes of them."""
