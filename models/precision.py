"""Smaller and faster forms of an exported model: half-precision weights, half-precision computation, 8-bit products."""

import logging
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SMALLEST_HALVED = 64
"""Initializers with fewer values stay in fp32: they hold constants of the graph and save nothing."""
WITHOUT_INT8 = ("transformer_module", "class_predictor")
"""Parts that stay in fp32: the query decoder is small, and decides by the signs of its masks what its queries may see."""
FULL_PRECISION = ("GridSample", "LayerNormalization", "InstanceNormalization", "Softmax", "Range")
"""Operators that compute in fp32 where others compute in fp16, beside those that ONNX Runtime's converter names: places in a
picture need more than eleven bits, and norms and sums of exponentials lose most."""


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


def compute_in_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """A form that computes in fp16, with inputs and outputs in fp32: for GPUs, whose half precision is fast."""
    from onnxruntime.transformers.float16 import DEFAULT_OP_BLOCK_LIST, convert_float_to_float16

    return convert_float_to_float16(model, keep_io_types=True, op_block_list=[*DEFAULT_OP_BLOCK_LIST, *FULL_PRECISION])


def quantize_products(source: Path, target: Path, pictures: list[np.ndarray]) -> None:
    """Writes a form whose backbone and pixel decoder multiply in 8 bits; the ranges of activations are those on `pictures`.

    Weights have a scale for each output channel. Products put out fp32, so that what follows them is untouched.
    """
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Pictures(CalibrationDataReader):
        """Hands out one picture after the other."""

        def __init__(self):
            self.remaining = iter(pictures)

        def get_next(self):
            picture = next(self.remaining, None)
            return None if picture is None else {"pixel_values": picture}

    graph = onnx.load(source, load_external_data=False).graph
    constants = {initializer.name for initializer in graph.initializer}
    products = [
        node.name
        for node in graph.node
        if node.op_type == "Gemm" and node.input[1] in constants and not any(part in node.name for part in WITHOUT_INT8)
    ]
    # It advises, in a line for each product, to fold biases that are folded when the program loads the file.
    logging.getLogger().setLevel(logging.ERROR)
    quantize_static(
        source,
        target,
        Pictures(),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Gemm"],
        nodes_to_quantize=products,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        extra_options={"OpTypesToExcludeOutputQuantization": ["Gemm"]},
    )
