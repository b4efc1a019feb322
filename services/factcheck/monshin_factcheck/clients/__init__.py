"""The services that factcheck calls."""
