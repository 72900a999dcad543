"""Backups: taken while the site runs, kept by a rule, put back after everything was checked."""
