"""The smallest real service: kit's tests run it in a process of its own."""
