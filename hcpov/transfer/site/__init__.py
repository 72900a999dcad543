"""All that a site holds as files that people can keep, and back into an empty site."""
