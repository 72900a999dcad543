"""The desk's pages on what is published already: changing it in the open, its revisions, taking it back."""
