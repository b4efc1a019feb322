"""Where models come from, and how they become an Encoder."""
