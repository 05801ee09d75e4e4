"""The models: each forecasts a day from the days before it."""
