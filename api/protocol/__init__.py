"""The protocol: what all answers share, whatever they are about. Knows no noun."""
