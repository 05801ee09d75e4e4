"""What a home's day types are worth: how stable, how foreseeable, and of use for what."""
