"""A check from its claims to their verdicts."""
