"""How good forecasts are: rolling origins on real households, models side by side."""
