"""Looking after the site: what is set, how it is, what is measured, what is logged."""
