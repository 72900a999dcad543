"""Finished pages, kept ready and thrown away when what they show changes."""
