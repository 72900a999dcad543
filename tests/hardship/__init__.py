"""The site under hardship: processes that are killed, a disk that is full."""
