"""The editors' and moderators' pages: what waits, the words that hold, the blogs' rules."""
