"""Day types of made-up homes."""
