"""What feeds hold: posts of the site, of a blog or under a tag, in rows that every format is written from."""
