"""What lasts: one SQLite file a collection, and a registry of them."""
