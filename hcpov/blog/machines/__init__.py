"""What machines and quoting people take from the site: sitemaps, citations, and the cards of shared posts."""
