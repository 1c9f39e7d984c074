"""The real thing with the real thing: edge, workers, web, phones."""
