"""Tests of what ops need."""
