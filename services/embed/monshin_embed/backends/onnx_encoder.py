"""Runs an exported model in onnxruntime on the CPU."""

from pathlib import Path

import onnxruntime

from monshin_embed.core.batch import Batch, Rows


class OnnxEncoder:
    """An Encoder. threads: for one operation; batches are computed one after the other."""

    def __init__(self, path: Path, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # its warnings name nodes of the graph, nothing that an operator can act on
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def encode(self, batch: Batch) -> Rows:
        """As Encoder.

        In int8 the scale of activations is taken over the whole batch: a text's row depends slightly on its mates.
        """
        feed = {"input_ids": batch.token_ids, "attention_mask": batch.attention_mask}
        rows: Rows = self._session.run(["rows"], feed)[0]
        return rows
