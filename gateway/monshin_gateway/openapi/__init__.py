"""The OpenAPI description of the API, made from the same descriptors that serve it."""
