"""The security code: issue, draw, speak, check once."""
