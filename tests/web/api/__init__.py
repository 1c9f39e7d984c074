"""The REST API through the whole middleware. Every resource meets Mallory, who is 101 too, at Globex."""
