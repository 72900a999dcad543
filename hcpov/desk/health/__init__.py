"""The desk's page on how the site is: what `hcpov doctor` says, without its settings."""
