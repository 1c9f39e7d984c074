"""Whole calls through a whole private Tandem: phones, edge, two workers, web, tasks."""
