"""Arrays from files of other programs: .npz, .npy, .json, .csv, .safetensors, .onnx, .h5, .keras; never a pickle.

Sizes are read from the headers first, so that a file that is too large is refused in a sentence instead of loaded.
"""

from __future__ import annotations

import json
import math
import struct
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from backprop_tutor.errors import Place, Problem, TutorError, did_you_mean, reason, visible
from backprop_tutor.graph.array import AnyArray, np
from backprop_tutor.scenario.suggestions import nearby_file
from backprop_tutor.text import T

LIMIT = 800_000_000
TEXT_LIMIT = 200_000_000
HEADER_LIMIT = 10_000_000

MISSING = T("there is no file '{file}'{near}", "没有文件 '{file}'{near}")
UNREADABLE = T("'{file}' cannot be read ({reason})", "'{file}' 无法读取（{reason}）")
ENDING = T(
    "arrays are read from {allowed}; '{file}' ends in '{ending}'{near}",
    "数组可以从 {allowed} 读取；'{file}' 的后缀是 '{ending}'{near}",
)
PICKLED = T(
    "'{file}' is a pickle, which can run any program when it is opened, and is not opened; save the arrays with "
    "np.savez('gradients.npz', W1=dW1, b1=db1)",
    "'{file}' 是 pickle 文件，打开它可能执行任意程序，因此不会打开；请用 np.savez('gradients.npz', W1=dW1, b1=db1) 保存数组",
)
OBJECTS = T(
    "'{name}' holds Python objects, not numbers; save arrays of one shape each",
    "'{name}' 里是 Python 对象而不是数；请保存形状规整的数组",
)
LARGE = T(
    "the arrays take {size} MB; up to {limit} MB are read: save the gradients alone",
    "数组共 {size} MB；最多读取 {limit} MB：请只保存梯度",
)
BROKEN = T("this is not a whole {kind} file: {why}", "这不是完整的 {kind} 文件：{why}")
CSV_FORM = T(
    "'{line}' is no row of numbers; a .csv file has one matrix, or several, each after a line with its name alone",
    "'{line}' 不是一行数；.csv 文件里是一个矩阵，或几个矩阵，每个矩阵前有一行只写它的名字",
)
NO_ARRAYS = T("there are no arrays in it", "里面没有数组")

PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".p")
ZIP, NUMPY_MAGIC = b"PK\x03\x04", b"\x93NUMPY"
TENSOR_TYPES: Mapping[str, str] = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1",
    "U8": "|u1", "U16": "<u2", "U32": "<u4", "U64": "<u8", "BOOL": "|b1",
}  # fmt: skip


def read_arrays(path: str | Path) -> dict[str, AnyArray]:
    """Reads the arrays of a file by their names; one without a name is called ``""``.

    Raises TutorError where the file cannot be read, is too large, is a pickle, or does not match its ending.
    """
    file = Path(path)
    ending = file.suffix.lower()
    if ending in PICKLES:
        raise _error(PICKLED.format(file=visible(str(path))), path)
    if ending not in READERS:
        allowed, near = ", ".join(READERS), did_you_mean(ending, READERS)
        raise _error(ENDING.format(allowed=allowed, file=visible(str(path)), ending=visible(ending), near=near), path)
    try:
        with file.open("rb") as opened:
            found = dict(READERS[ending](opened, str(path)))
    except FileNotFoundError:
        raise TutorError(MISSING.format(file=visible(str(path)), near=nearby_file(str(path)))) from None
    except OSError as error:
        raise TutorError(UNREADABLE.format(file=visible(str(path)), reason=reason(error))) from None
    if not found:
        raise _error(NO_ARRAYS, path)
    return found


def _error(message: T, path: str | Path) -> TutorError:
    return TutorError(Problem(message, Place(str(path), 1, 1)))


def _npz(file: BinaryIO, path: str) -> Iterator[tuple[str, AnyArray]]:
    try:
        with zipfile.ZipFile(file) as archive:
            _within(sum(part.file_size for part in archive.infolist()), LIMIT, path)
            for part in archive.infolist():
                with archive.open(part) as inside:
                    yield part.filename.removesuffix(".npy"), _array(BytesIO(inside.read()), path, part.filename)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise _error(BROKEN.format(kind=".npz", why=visible(str(error))), path) from None


def _npy(file: BinaryIO, path: str) -> Iterator[tuple[str, AnyArray]]:
    yield "", _array(file, path, path)


def _array(file: Any, path: str, name: str) -> AnyArray:
    """One array in NumPy's format; its header is checked before memory of its size is allocated."""
    try:
        version = np.lib.format.read_magic(file)
        header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = header(file)
    except (ValueError, EOFError) as error:
        raise _error(BROKEN.format(kind=".npy", why=visible(str(error)[:100])), path) from None
    if dtype.hasobject:
        raise _error(OBJECTS.format(name=visible(name)), path)
    _within(math.prod(shape) * dtype.itemsize, LIMIT, path)
    file.seek(0)
    try:
        return np.asarray(np.load(file, allow_pickle=False))
    except (ValueError, EOFError, OSError) as error:
        raise _error(BROKEN.format(kind=".npy", why=visible(str(error)[:100])), path) from None


def _within(size: int, limit: int, path: str) -> None:
    if size > limit:
        raise _error(LARGE.format(size=size // 1_000_000, limit=limit // 1_000_000), path)


def _text(file: BinaryIO, path: str) -> str:
    data = file.read(TEXT_LIMIT + 1)
    _within(len(data) if len(data) <= TEXT_LIMIT else TEXT_LIMIT * 2, TEXT_LIMIT, path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _error(BROKEN.format(kind="text", why="UTF-8"), path) from None


def _json(file: BinaryIO, path: str) -> Iterator[tuple[str, AnyArray]]:
    """An object of arrays, a list of arrays, or what ``tutor run --format json`` writes."""
    try:
        value = json.loads(_text(file, path))
    except (ValueError, RecursionError) as error:
        raise _error(BROKEN.format(kind=".json", why=visible(str(error)[:100])), path) from None
    if isinstance(value, dict) and value.get("format") == "backprop-tutor/trace":
        value = (value.get("steps") or [{}])[0].get("grads", {})
    yield from named_arrays(value, path)


def named_arrays(value: Any, path: str = "", name: str = "") -> Iterator[tuple[str, AnyArray]]:
    """Nested mappings and lists as arrays by name. Raises TutorError for lists of unequal lengths."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from named_arrays(part, path, f"{name}.{key}" if name else str(key))
    else:
        yield name, _numbers(value, name, path)


def _numbers(value: Any, name: str, path: str) -> AnyArray:
    try:
        return np.array(_plain(value), dtype=float)
    except (TypeError, ValueError, OverflowError, RecursionError):
        message = OBJECTS.format(name=visible(name or "?"))
        raise (_error(message, path) if path else TutorError(message)) from None


def _plain(value: Any) -> Any:
    """Nested lists of numbers, with ``null`` as 0 (a missing connection), ``"inf"`` and ``"nan"`` as floats."""
    match value:
        case list() | tuple():
            return [_plain(part) for part in value]
        case None:
            return 0.0
        case "inf" | "-inf" | "nan":
            return float(value)
        case str() | bool():
            raise TypeError
        case _:
            return value


def _csv(file: BinaryIO, path: str) -> Iterator[tuple[str, AnyArray]]:
    """One matrix, or several, each after a line with its name alone."""
    name, rows = "", list[list[float]]()
    for number, line in enumerate(_text(file, path).splitlines(), 1):
        cells = [cell.strip() for cell in line.replace(";", ",").split(",") if cell.strip()]
        if not cells or line.startswith("#"):
            continue
        try:
            rows.append([float(cell) for cell in cells])
        except ValueError:
            if len(cells) > 1:
                message = CSV_FORM.format(line=visible(line[:40]))
                raise TutorError(Problem(message, Place(path, number, 1, line[:200]))) from None
            if rows:
                yield name, _numbers(rows, name, path)
            name, rows = cells[0].lstrip("# "), []
    if rows:
        yield name, _numbers(rows, name, path)


def _safetensors(file: BinaryIO, path: str) -> Iterator[tuple[str, AnyArray]]:
    """The open format of weights: the length of a JSON header, the header, the bytes of every array."""
    start = file.read(8)
    length = struct.unpack("<Q", start)[0] if len(start) == 8 else HEADER_LIMIT + 1
    if length > HEADER_LIMIT:
        raise _error(BROKEN.format(kind=".safetensors", why="header"), path)
    try:
        header = json.loads(file.read(length))
        parts = [(n, p) for n, p in header.items() if n != "__metadata__"]
        _within(max((p["data_offsets"][1] for _, p in parts), default=0), LIMIT, path)
        for name, part in parts:
            yield name, _tensor(file, 8 + length, part)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, IndexError) as error:
        raise _error(BROKEN.format(kind=".safetensors", why=visible(str(error)[:100])), path) from None


def _tensor(file: BinaryIO, start: int, part: Any) -> AnyArray:
    first, last = part["data_offsets"]
    dtype = np.dtype(TENSOR_TYPES[part["dtype"]])
    if last - first != math.prod(part["shape"]) * dtype.itemsize:
        raise ValueError("size")
    file.seek(start + first)
    found = np.frombuffer(file.read(last - first), dtype)
    if part["dtype"] == "BF16":
        found = (found.astype(np.uint32) << 16).view(np.float32)
    return found.reshape(part["shape"])


NEEDS = T(
    "'{file}' is read with the package {package}: pip install 'backprop-tutor[{extra}]'",
    "读取 '{file}' 需要 {package} 包：pip install 'backprop-tutor[{extra}]'",
)


def onnx_model(path: str | Path) -> Any:
    """The model in an ONNX file; what is stored beside it is read from its folder only.

    Raises TutorError where it is too large or no such file, and where the package is not there.
    """
    try:
        import onnx
    except ImportError:
        raise TutorError(NEEDS.format(file=visible(str(path)), package="onnx", extra="onnx")) from None
    file = Path(path)
    _within(sum(each.stat().st_size for each in (file, Path(f"{file}.data")) if each.is_file()), LIMIT, str(path))
    try:
        return onnx.load(file)
    except FileNotFoundError as error:
        reason = UNREADABLE.format(file=visible(str(path)), reason=visible(str(error)[:100]))
        raise TutorError(reason) from None
    except Exception as error:  # what the reader of protocol buffers raises is its own
        raise _error(BROKEN.format(kind=".onnx", why=visible(str(error)[:100])), path) from None


def _onnx(file: BinaryIO, path: str) -> Iterator[tuple[str, AnyArray]]:
    """The weights of layers one after another; ``weight`` has outputs by inputs, ``kernel`` inputs by outputs."""
    model = onnx_model(path)
    from onnx import numpy_helper

    arrays = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
    layer = 0
    for node in model.graph.node:
        stored = [arrays[name] for name in node.input if name in arrays]
        if node.op_type in ("Gemm", "MatMul") and stored:
            layer += 1
            turned = any(each.name == "transB" and each.i for each in node.attribute)
            yield f"{layer}{'.weight' if turned else '/kernel'}", np.asarray(stored[0])
            stored = stored[1:]
        if node.op_type in ("Gemm", "MatMul", "Add") and stored and layer:
            yield f"{layer}.bias", np.asarray(stored[0]).reshape(-1)


def _h5(file: BinaryIO, path: str) -> Iterator[tuple[str, AnyArray]]:
    """The weights that Keras writes, in the order of the layers' numbers."""
    try:
        import h5py
    except ImportError:
        raise TutorError(NEEDS.format(file=visible(path), package="h5py", extra="keras")) from None
    found: list[tuple[str, Any]] = []
    try:
        with h5py.File(file, "r") as opened:
            opened.visititems(lambda name, item: found.append((name, item)) if hasattr(item, "dtype") else None)
            _within(sum(item.size * item.dtype.itemsize for _, item in found), LIMIT, path)
            for name, item in sorted(found, key=lambda each: _by_number(each[0])):
                if not name.startswith("optimizer") and "/optimizer" not in name and item.ndim:
                    yield _keras_name(name), np.asarray(item[()])
    except (OSError, ValueError, RuntimeError) as error:
        raise _error(BROKEN.format(kind=".h5", why=visible(str(error)[:100])), path) from None


def _by_number(name: str) -> list[tuple[int, str]]:
    """A path in the order people count in: dense, dense_1, dense_2, dense_10."""
    parts = (part.rpartition("_") for part in name.split("/"))
    return [(int(last) if last.isdigit() else 0, first if last.isdigit() else first + last) for first, _, last in parts]


def _keras_name(name: str) -> str:
    """``layers/dense_1/vars/0`` as ``layers/dense_1/kernel``."""
    module, _, last = name.rpartition("/")
    kinds = {"0": "kernel", "1": "bias"}
    return f"{module.removesuffix('/vars')}/{kinds[last]}" if last in kinds else name.removesuffix(":0")


def _keras(file: BinaryIO, path: str) -> Iterator[tuple[str, AnyArray]]:
    """The weights in an archive that Keras writes; its code is not run."""
    try:
        with zipfile.ZipFile(file) as archive:
            _within(sum(part.file_size for part in archive.infolist()), LIMIT, path)
            yield from _h5(BytesIO(archive.read("model.weights.h5")), path)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, EOFError) as error:
        raise _error(BROKEN.format(kind=".keras", why=visible(str(error)[:100])), path) from None


READERS = {
    ".npz": _npz, ".npy": _npy, ".json": _json, ".csv": _csv, ".safetensors": _safetensors, ".onnx": _onnx, ".h5": _h5,
    ".hdf5": _h5, ".keras": _keras,
}  # fmt: skip
"""The reader of each file ending."""
