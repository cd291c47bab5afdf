"""How rows of a file become investors, contacts, leads and interactions."""
