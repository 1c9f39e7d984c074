"""Telling event URLs: what is written down, how it is sent, what follows when nobody answers."""
