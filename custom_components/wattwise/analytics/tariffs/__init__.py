"""What electricity costs under a tariff: prices by the clock, charges, bills."""
