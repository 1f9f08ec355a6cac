"""Draw inputs for so many seconds, carry each out, and keep what fails, as short as it can be made.

``python -m tests.fuzz --seconds N [--seed S]``. A failure is a traceback, a warning, a call of more than five seconds of
the processor, or one that takes more than 300 MB. Each kind is printed once, with its input, which ``tests/fuzz/found``
keeps as a test (`tests/fuzz/test_found.py` carries all of them out).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import mmap
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from tests.cli.calls import called
from tests.fuzz import inputs

FOUND = Path(__file__).parent / "found"
SECONDS, MEGABYTES, PROGRAM = 5.0, 300, 60
"""What a call may take at most, and what of the memory is the program itself."""


class Case(NamedTuple):
    """A file and the call that takes it, with FILE, ANSWERS and OUT for the paths."""

    text: str
    answers: str
    words: tuple[str, ...]


def failure(case: Case) -> str | None:
    """What is wrong with what a case comes to: the kind of fault and where; None where all is well."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: f"{folder}/{name.lower()}.yaml" for name in ("FILE", "ANSWERS")} | {"OUT": f"{folder}/out"}
        Path(paths["FILE"]).write_text(case.text, encoding="utf-8", errors="surrogatepass")
        Path(paths["ANSWERS"]).write_text(case.answers, encoding="utf-8")
        words = [_filled(word, paths) for word in case.words]
        began, most, held = time.process_time(), _megabytes(), _held()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = called(*words)
        except (Exception, SystemExit) as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            return f"{type(error).__name__} in {Path(where.filename).name}:{where.name}"
        if time.process_time() - began > SECONDS:
            return f"slow: {case.words[0]}"
        if _megabytes() > most and _megabytes() - held > MEGABYTES - PROGRAM:
            return f"large: {case.words[0]}"
        if found.status == 2 and not found.err:
            return f"silent: {case.words[0]}"
    return None


def _filled(word: str, paths: Mapping[str, str]) -> str:
    for name, path in paths.items():
        word = path if word == name else word.replace(name, path) if word.startswith(f"{name}.") else word
    return word


def _held() -> float:
    """The memory this process has now, which grows a little with every case; where that is not said, its most."""
    told = Path("/proc/self/statm")
    return int(told.read_text().split()[1]) * mmap.PAGESIZE / 1024**2 if told.exists() else _megabytes()


def _megabytes() -> float:
    """The most memory this process has had at once."""
    if sys.platform == "win32":
        return 0.0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def drawn(seed: int) -> Case:
    """The case of a seed."""
    draw = Random(seed)
    made = inputs.scenario(draw)
    text = inputs.as_text(made)
    text = inputs.spoilt(draw, text) if draw.random() < 0.1 else text
    words = inputs.call(draw, made, {name: name for name in ("FILE", "ANSWERS", "OUT")})
    return Case(text, inputs.answers(draw, made), tuple(words))


def shrunk(case: Case, kind: str, seconds: float = 30.0) -> Case:
    """The case with everything left out and made simple without which it still fails in the same way."""
    until = time.monotonic() + seconds
    again = True
    while again and time.monotonic() < until:
        again = False
        for smaller in _smaller(case):
            if time.monotonic() > until:
                break
            if failure(smaller) == kind:
                case, again = smaller, True
                break
    return case


def _smaller(case: Case) -> Iterator[Case]:
    try:
        made = json.loads(case.text)
    except ValueError:
        return
    for less in _less(made):
        yield case._replace(text=inputs.as_text(less))


def _less(value: Any) -> Iterator[Any]:
    """A value with one thing less, or one number simpler."""
    match value:
        case dict():
            for key in value:
                yield {k: v for k, v in value.items() if k != key}
            for key, inner in value.items():
                yield from ({**value, key: less} for less in _less(inner))
        case list():
            for i, inner in enumerate(value):
                yield value[:i] + value[i + 1 :]
                yield from ([*value[:i], less, *value[i + 1 :]] for less in _less(inner))
        case float() | int() if value not in (0, 1):
            yield from (1, 0)
        case str() if len(value) > 1:
            yield value[: len(value) // 2]


def keep(case: Case, kind: str) -> Path:
    """The file that keeps a case, beside older ones of its kind."""
    FOUND.mkdir(exist_ok=True)
    text = json.dumps({"kind": kind, **case._asdict()}, indent=1, ensure_ascii=True) + "\n"
    path = FOUND / f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.json"
    path.write_text(text, encoding="utf-8")
    return path


def main() -> int:
    """Draw, carry out, shrink, keep; the exit status tells whether anything was found."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--seed", type=int, default=time.time_ns() // 1000)
    given = asked.parse_args()
    until, seed, kinds = time.monotonic() + given.seconds, given.seed, dict[str, Path]()
    count = 0
    while time.monotonic() < until:
        case = drawn(seed + count)
        kind = failure(case)
        count += 1
        if kind is not None and kind not in kinds:
            kinds[kind] = keep(shrunk(case, kind), kind)
            print(f"{kind}\n  seed {seed + count - 1}: {' '.join(case.words)}\n  {kinds[kind]}", flush=True)
    print(f"{count} cases from seed {seed}; {len(kinds)} kinds of fault")
    return 1 if kinds else 0


if __name__ == "__main__":
    sys.exit(main())
