"""The running period of a capacity tariff."""
