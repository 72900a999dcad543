"""Looking after the site: what is set, and whether mail from here is believed."""
