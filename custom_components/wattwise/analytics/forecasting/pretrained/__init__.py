"""What was learned from other homes beforehand, and how to evaluate it with numpy alone.

The arrays are made by scripts/train-forecaster; NOTICE names whose data they come from.
"""
