"""Texts to vectors over gRPC: the embed service."""
