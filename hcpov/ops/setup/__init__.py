"""`hcpov setup`: a fresh Debian 12 becomes the site's server; a second time it changes only what is not right."""
