"""Writes files of numbers with NumPy, and beside each array NAME.expected: the numbers that it
stands for as raw little-endian doubles in C order. python3 write_arrays.py FOLDER"""
import gzip
import io
import json
import struct
import sys

import numpy as np

folder = sys.argv[1] + "/"
index = []


def expect(file, name, array):
    """One line of the index: file, array (% for a blank), shape, file with the numbers."""
    path = "%d.expected" % len(index)
    np.ascontiguousarray(array).astype("<f8").tofile(folder + path)
    index.append("%s %s %s %s" % (file, name or "-", "x".join(map(str, array.shape)) or "-", path))


def numbers(kind, shape):
    count = int(np.prod(shape, dtype=int))
    if kind == "b":
        return (np.arange(count) % 3 == 0).reshape(shape)
    if kind == "u":
        return (np.arange(count) * 37 % 251).reshape(shape)
    if kind == "i":
        return (np.arange(count) * 37 % 251 - 125).reshape(shape)
    return np.sin(1.0 + np.arange(count)).reshape(shape)


# Every type in every byte order, shape and order of the axes.
types = ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "b1"]
for t in types:
    for endian in "<>" if t[1] != "1" else "|":
        array = numbers(t[0], (3, 4)).astype(endian + t)
        for order in "CF":
            file = "%s%s%s.npy" % ({"<": "little_", ">": "big_", "|": ""}[endian], t, order)
            np.save(folder + file, np.array(array, order=order))
            expect(file, None, array)
for shape in [(), (1,), (5,), (1, 5), (5, 1), (2, 3, 4), (2, 1, 3, 2), (0, 3)]:
    for order in "CF":
        array = numbers("f", shape)
        file = "shape_%s%s.npy" % ("_".join(map(str, shape)), order)
        np.save(folder + file, np.array(array, order=order))
        expect(file, None, array)
extremes = np.array([np.finfo("f8").max, 5e-324, -0.0, 2.0**60, 65504.0, 6e-8])
np.save(folder + "extremes.npy", extremes)
expect("extremes.npy", None, extremes)
half = np.array([0x0001, 0x03FF, 0x0400, 0x7BFF, 0x8001, 0xFBFF, 0x3C00, 0], "<u2").view("<f2")
np.save(folder + "half.npy", half)
expect("half.npy", None, half)
integers = np.array([-(2**63), 2**63 - 1, 0, -1])
np.save(folder + "integers.npy", integers)
expect("integers.npy", None, integers)
unsigned = np.array([2**64 - 1, 2**53 + 1], "u8")
np.save(folder + "unsigned.npy", unsigned)
expect("unsigned.npy", None, unsigned)
for version in [(1, 0), (2, 0), (3, 0)]:
    with open(folder + "version%d.npy" % version[0], "wb") as f:
        np.lib.format.write_array(f, extremes, version)
    expect("version%d.npy" % version[0], None, extremes)
with gzip.open(folder + "joined.npy.gz", "wb") as f:
    np.save(f, numbers("f", (40, 50)))
expect("joined.npy.gz", None, numbers("f", (40, 50)))

# .npz, stored and deflated; a member that is no array is passed over.
members = {"W1": numbers("f", (3, 4)), "fc1.weight": numbers("f", (4, 2)).astype("f4"),
           "step": np.array(7), "x y": np.asfortranarray(numbers("i", (2, 3)))}
for file, save in [("stored.npz", np.savez), ("deflated.npz", np.savez_compressed)]:
    save(folder + file, **members)
    for name, array in members.items():
        expect(file, name.replace(" ", "%"), array)

# safetensors, by its description: no library for it in Debian.
def safetensors(tensors, metadata=None):
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, (dtype, shape, raw) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


known = {"f8": "F64", "f4": "F32", "f2": "F16", "i8": "I64", "i4": "I32", "i2": "I16", "i1": "I8",
         "u8": "U64", "u4": "U32", "u2": "U16", "u1": "U8", "b1": "BOOL"}
tensors, arrays = {}, {}
for t, dtype in known.items():
    arrays["layer." + t] = numbers(t[0], (3, 4)).astype("<" + t)
    tensors["layer." + t] = (dtype, [3, 4], arrays["layer." + t].tobytes())
single = numbers("f", (2, 3, 4)).astype("<f4")
brain = (single.view("<u4") >> 16).astype("<u2")
arrays["brain"] = (brain.astype("<u4") << 16).view("<f4")
tensors["brain"] = ("BF16", [2, 3, 4], brain.tobytes())
arrays["bias"] = numbers("f", (4,))
tensors["bias"] = ("F64", [4], arrays["bias"].tobytes())
arrays["scalar"] = np.array(2.5)
tensors["scalar"] = ("F64", [], struct.pack("<d", 2.5))
with open(folder + "net.safetensors", "wb") as f:
    f.write(safetensors(tensors, {"format": "pt"}))
for name, array in arrays.items():
    expect("net.safetensors", name, array)

# IDX, as MNIST has it, plain and gzipped.
codes = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}
for t, code in codes.items():
    array = numbers(t[0], (3, 2, 4)).astype(">" + t)
    raw = struct.pack(">BBBB3I", 0, 0, code, 3, 3, 2, 4) + array.tobytes()
    with open(folder + t + "-idx3-ubyte", "wb") as f:
        f.write(raw)
    with gzip.open(folder + t + "-idx3-ubyte.gz", "wb") as f:
        f.write(raw)
    expect(t + "-idx3-ubyte", None, array)
    expect(t + "-idx3-ubyte.gz", None, array)
labels = numbers("u", (30,)).astype("u1")
with open(folder + "labels.idx", "wb") as f:
    f.write(struct.pack(">BBBBI", 0, 0, 8, 1, 30) + labels.tobytes())
expect("labels.idx", None, labels)

# CSV as NumPy writes it.
table = numbers("f", (20, 3)) * 10.0 ** np.arange(-30, 30)[:, None].reshape(20, 3)
for file, options in [("plain.csv", {"delimiter": ","}), ("blank.txt", {}),
                      ("tab.tsv", {"delimiter": "\t", "header": "a\tb\tc"}),
                      ("header.csv", {"delimiter": ";", "header": "a;b;c", "comments": ""})]:
    np.savetxt(folder + file, table, fmt="%.17g", **options)
    expect(file, None, table)
text = io.StringIO()
np.savetxt(text, numbers("i", (20, 3)), fmt="%d", delimiter=",")
with gzip.open(folder + "whole.csv.gz", "wt", newline="\r\n") as f:
    f.write(text.getvalue())
expect("whole.csv.gz", None, numbers("i", (20, 3)))

with open(folder + "index", "w") as f:
    f.write("\n".join(index) + "\n")
