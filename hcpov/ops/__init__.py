"""Looking after the site: how it is, what is measured, backups, and whether mail from here is believed."""
