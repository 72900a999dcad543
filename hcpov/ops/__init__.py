"""Looking after the site: what is set, backups, and whether mail from here is believed."""
