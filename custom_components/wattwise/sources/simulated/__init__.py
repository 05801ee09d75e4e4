"""A meter that does not exist: for trying out alerts and automations."""
