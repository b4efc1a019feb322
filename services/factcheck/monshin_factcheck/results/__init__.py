"""What is kept of past checks, and what people say of their verdicts."""
