"""Pure functions on text: no database, no request, no clock."""
