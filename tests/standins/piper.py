"""A Piper voice of a few kilobytes: each phoneme is a hum whose pitch is its number, with a little noise.

The model is a real one, run by the real Piper.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RATE_HZ = 16_000
HOP = 256
# Duration of each phoneme, in hops.
_HOPS = 3


def write_voice(folder: Path, name: str, language: str, *, tells_times: bool = False, espeak: str = "") -> Path:
    """NAME.onnx and NAME.onnx.json in `folder`; with `tells_times`, the model returns phoneme durations."""
    folder.mkdir(parents=True, exist_ok=True)
    model = folder / f"{name}.onnx"
    onnx.save(_model(tells_times=tells_times), model)
    letters = [chr(code) for code in (*range(0x20, 0x17F), *range(0x250, 0x370), *range(0x391, 0x530))]
    description = {
        "audio": {"sample_rate": RATE_HZ},
        "espeak": {"voice": espeak or language.partition("_")[0]},
        "language": {"code": language},
        "phoneme_type": "espeak",
        "num_symbols": 2000,
        "num_speakers": 1,
        "inference": {"noise_scale": 0.6, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_id_map": {letter: [number] for number, letter in enumerate(letters)},
        "hop_length": HOP,
    }
    (folder / f"{name}.onnx.json").write_text(json.dumps(description), encoding="utf-8")
    return model


def _model(*, tells_times: bool) -> onnx.ModelProto:
    """Sound = sin(number of the phoneme * time) + noise, `_HOPS` hops per phoneme times the length scale."""
    constants = {
        "second": np.array(1, dtype=np.int64),
        "usual": np.array(float(HOP * _HOPS), dtype=np.float32),
        "pitch": np.array(60.0 / RATE_HZ, dtype=np.float32),
        "none": np.array(0.0, dtype=np.float32),
        "one": np.array(1.0, dtype=np.float32),
        "two": np.array([2], dtype=np.int64),
        "flat": np.array([1, 1, -1], dtype=np.int64),
        "loud": np.array(0.4, dtype=np.float32),
        "soft": np.array(0.05, dtype=np.float32),
        "hop": np.array(float(HOP), dtype=np.float32),
    }
    nodes = [
        # The second of the three scales is the length scale.
        helper.make_node("Gather", ["scales", "second"], ["scale"]),
        helper.make_node("Mul", ["scale", "usual"], ["scaled"]),
        helper.make_node("Round", ["scaled"], ["samples"]),
        helper.make_node("Range", ["none", "samples", "one"], ["sample"]),
        helper.make_node("Mul", ["sample", "pitch"], ["time"]),
        helper.make_node("Cast", ["input"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["numbers", "two"], ["column"]),
        helper.make_node("Mul", ["column", "time"], ["phase"]),
        helper.make_node("Sin", ["phase"], ["hum"]),
        helper.make_node("Mul", ["hum", "loud"], ["louder"]),
        helper.make_node("RandomNormalLike", ["louder"], ["noise"]),
        helper.make_node("Mul", ["noise", "soft"], ["breath"]),
        helper.make_node("Add", ["louder", "breath"], ["frames"]),
        helper.make_node("Reshape", ["frames", "flat"], ["output"]),
    ]
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, None])]
    if tells_times:
        nodes += [
            helper.make_node("Mul", ["numbers", "none"], ["nothing"]),
            helper.make_node("Div", ["samples", "hop"], ["hops"]),
            helper.make_node("Add", ["nothing", "hops"], ["lengths"]),
        ]
        outputs.append(helper.make_tensor_value_info("lengths", TensorProto.FLOAT, [1, None]))
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, None]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    initializers = [numpy_helper.from_array(value, key) for key, value in constants.items()]
    graph = helper.make_graph(nodes, "hum", inputs, outputs, initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
