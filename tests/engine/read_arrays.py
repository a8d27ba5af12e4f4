"""Reads back what test_arrays.c saved. python3 read_arrays.py FOLDER"""
import json
import struct
import sys

import numpy as np

folder = sys.argv[1] + "/"
W = (np.arange(12) / 7).reshape(3, 4)
B = np.array([[1e300, -0.0, 5e-324, 0.1]])
with np.errstate(over="ignore"):
    expected = {"f64": (W, B), "f32": (W.astype("f4"), B.astype("f4"))}


def same(a, b):
    assert a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes(), (a, b)


for kind, (w, b) in expected.items():
    same(np.load(folder + kind + ".npy"), w)
    with np.load(folder + kind + ".npz") as arrays:
        assert arrays.files == ["W1", 'a "b" ä'], arrays.files
        same(arrays["W1"], w)
        same(arrays['a "b" ä'], b)
        assert arrays.zip.testzip() is None
    with open(folder + kind + ".safetensors", "rb") as f:
        raw = f.read()
    (length,) = struct.unpack("<Q", raw[:8])
    assert length % 8 == 0
    header = json.loads(raw[8 : 8 + length])
    data = raw[8 + length :]
    assert list(header) == ["W1", 'a "b" ä'], header
    for entry, array in zip(header.values(), (w, b)):
        assert entry["dtype"] == kind.upper() and entry["shape"] == list(array.shape), entry
        begin, end = entry["data_offsets"]
        same(np.frombuffer(data[begin:end], array.dtype).reshape(array.shape), array)
    assert end == len(data)
