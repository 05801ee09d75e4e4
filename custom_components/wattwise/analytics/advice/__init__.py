"""What a home could do better, judged by its own past."""
