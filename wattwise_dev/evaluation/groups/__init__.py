"""How well homes are placed among similar ones: scripts/evaluate groups."""
