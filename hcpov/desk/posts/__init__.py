"""The desk's posts: the list, the editor, states, preview links."""
