"""What forecasting a home costs."""
