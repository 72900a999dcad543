"""The desk's page on the audit log: who did what, when and why; filters; the way out as a file."""
