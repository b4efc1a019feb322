"""Trains the offline judge `local`: an adapter and a head on gemma3-270m (see README.md)."""
