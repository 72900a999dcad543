"""The desk's pages on the blogs themselves: their names, order and texts, and the pages of the site."""
