"""Jobs for tests: they count, note what they did in a file, and break where they are told to."""
