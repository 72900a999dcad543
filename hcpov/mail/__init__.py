"""The outbox: a message is a row first, then sent."""
