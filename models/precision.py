"""Smaller forms of an exported model: half-precision weights, and 8-bit matrix products."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SMALLEST_HALVED = 64
"""Initializers with fewer values stay in fp32: they hold constants of the graph and save nothing."""


def halve_weights(model: onnx.ModelProto) -> None:
    """Stores the weights as fp16 and casts them back to fp32 on loading, in place.

    The runtime folds the casts when it loads the file, so the computation stays fp32: the file halves, and only the
    rounding of the weights can change a result. That is the right form for CPUs, which compute fp16 slowly.
    """
    graph = model.graph
    casts = []
    for initializer in graph.initializer:
        values = numpy_helper.to_array(initializer)
        if initializer.data_type != TensorProto.FLOAT or values.size < SMALLEST_HALVED:
            continue
        if np.abs(values).max() > np.finfo(np.float16).max:
            continue
        name = initializer.name
        initializer.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_fp16"))
        casts.append(helper.make_node("Cast", [f"{name}_fp16"], [name], name=f"{name}_to_fp32", to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def quantize_products(source: Path, target: Path) -> None:
    """Writes a form with 8-bit weights in MatMul and Gemm; activations are scaled at run time, per tensor."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        source, target, op_types_to_quantize=["MatMul", "Gemm"], weight_type=QuantType.QInt8, per_channel=True
    )
