"""The edge: proto messages in and out."""
