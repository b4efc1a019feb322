"""Judges that are transformers sequence classifiers: a text and a claim in, a class out."""
