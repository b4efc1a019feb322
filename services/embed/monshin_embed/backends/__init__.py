"""What computes: torch and onnxruntime, each an Encoder. Imported only while a model loads."""
