"""Fast: compiled passes over preallocated memory, the program they are compiled into, and its threads."""
