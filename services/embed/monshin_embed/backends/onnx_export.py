"""Makes the ONNX files of a model: once in float32, and from these in int8."""

import logging
import warnings
from pathlib import Path

import torch

from monshin_embed.backends.pooled import PooledEncoder


def export_float32(module: PooledEncoder, path: Path) -> None:
    """Writes the module with free shapes, its weights in a file beside it (protobuf ends at 2 GiB).

    The transformer must compute attention in the `eager` way: its masks survive the export.
    """
    token_ids = torch.ones((2, 7), dtype=torch.int64) * 5
    attention_mask = torch.ones_like(token_ids)
    attention_mask[1, 5:] = 0
    for talkative in ("onnx_ir", "onnxscript", "torch.onnx"):  # a hundred lines on nodes of the graph
        logging.getLogger(talkative).setLevel(logging.ERROR)
    free = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter, about its own internals
        torch.onnx.export(
            module.eval(),
            (token_ids, attention_mask),
            path,
            input_names=["input_ids", "attention_mask"],
            output_names=["rows"],
            dynamic_shapes={"input_ids": free, "attention_mask": free},
            dynamo=True,
            external_data=True,
            verbose=False,
        )


def quantise_int8(float32: Path, path: Path) -> None:
    """Writes an exported model with int8 weights, a scale per output channel, and activations scaled as they come.

    Matrix products only: torch's dynamic int8 of all linear layers came to cosine 0.94, this to 0.99 (measured).
    Weights take seven bits: sums of two products of eight bits overflow on CPUs without VNNI (0.9957 for 0.9964 there).
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        float32,
        path,
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        weight_type=QuantType.QInt8,
        reduce_range=True,
        use_external_data_format=True,
    )
