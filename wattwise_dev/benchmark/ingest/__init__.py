"""Taking readings in: a real Home Assistant, pushed to over real HTTP."""
