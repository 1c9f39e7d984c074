"""How phones learn their settings.

Nothing is built here yet; the app holds its place in the order of imports.
"""
