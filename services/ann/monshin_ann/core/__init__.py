"""Vectors, filters and exact search in plain Python and numpy; knows no transport, file or setting."""
