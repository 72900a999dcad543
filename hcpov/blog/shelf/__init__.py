"""The blogs themselves: their names, addresses, order and texts, and the pages of the site."""
