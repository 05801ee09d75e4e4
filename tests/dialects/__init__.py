"""Decoding what the devices of each vendor send."""
