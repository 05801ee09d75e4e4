"""Custom integrations, where Home Assistant looks for them."""
