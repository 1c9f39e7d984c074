"""English, which the console speaks."""
