"""Keep Me Updated: who wants to hear of new posts."""
