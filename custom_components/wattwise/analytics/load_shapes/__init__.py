"""When homes use their energy: features of load curves, and groups of alike ones."""
