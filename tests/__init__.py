"""What the tests need stands in the docstring of each folder."""
