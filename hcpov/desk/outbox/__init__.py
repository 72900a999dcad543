"""The desk's page on mail: what waits, what is tried again, what was given up, and what an admin can do about it."""
