"""Learns groups of similar homes: python -m wattwise_dev.group_training --help."""
