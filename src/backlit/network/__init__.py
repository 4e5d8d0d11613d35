"""A network as data: its blueprint, how networks are built, and how several become one."""
