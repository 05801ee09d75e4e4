"""What is unusual in the energy of a home, judged by its own past."""
