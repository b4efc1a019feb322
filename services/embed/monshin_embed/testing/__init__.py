"""For tests and benchmarks: small real models, and the real server on the default model."""

from monshin_embed.testing.server import EmbedServer, rows
from monshin_embed.testing.tiny import TINY_MAX_TOKENS, BagEncoder, Family, write_tiny_bert

__all__ = ["TINY_MAX_TOKENS", "BagEncoder", "EmbedServer", "Family", "rows", "write_tiny_bert"]
