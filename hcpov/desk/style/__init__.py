"""The desk's page of parts: each component once, from the templates that pages are made of."""
