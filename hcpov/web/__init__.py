"""What every view shares and no feature owns."""
