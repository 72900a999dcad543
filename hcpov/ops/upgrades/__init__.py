"""Upgrades: a new version beside the old one, proved on a copy, switched to in one step, and the way back."""
