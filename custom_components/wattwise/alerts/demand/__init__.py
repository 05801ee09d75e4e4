"""The demand of a capacity tariff, and its alert."""
