"""The lists, as data: gates, losses, layers, schedules. Nothing here computes a network."""
