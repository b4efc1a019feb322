"""The ann service: durable collections of vectors, and the nearest ones to a query."""
