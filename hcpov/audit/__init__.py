"""Who did what to what, when and why."""
