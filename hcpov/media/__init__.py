"""Pictures: taken in, cleaned, resized."""
