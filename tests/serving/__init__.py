"""Tests of what keeps the site up."""
