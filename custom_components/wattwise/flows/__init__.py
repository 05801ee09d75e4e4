"""What Home Assistant asks people: the steps that set households and meters up."""
