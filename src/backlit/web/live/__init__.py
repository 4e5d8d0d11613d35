"""A network that trains before your eyes."""
