"""What readers say: the thread, the form, and a comment's journey."""
