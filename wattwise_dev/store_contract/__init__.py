"""What every store of readings must be able to do, as checks that run anywhere."""
