"""Whole sites, taken in by a command: the demo, and what WordPress exported."""
