#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compares our TOML parser with Python's tomllib, file by file.

    toml_compare.py TOML_DUMP FOLDER [VARIANTS-PER-FILE]

FOLDER/valid/*.toml must give the same values in both; FOLDER/invalid/*.toml must be refused by both,
by ours with `file:line:col: error: `. Then every valid file is cut and damaged at every byte, and
both must still agree on whether it is valid.
"""
import datetime
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib


def plain(value):
    """tomllib's values in the form that toml_dump prints."""
    if isinstance(value, bool) or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        if math.isnan(value):
            return {"float": "nan"}
        if math.isinf(value):
            return {"float": "inf" if value > 0 else "-inf"}
        return {"float": value}
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return {"date": value.isoformat()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return {k: plain(v) for k, v in value.items()}


def ours(value):
    """toml_dump's output with floats and dates made comparable."""
    if isinstance(value, list):
        return [ours(v) for v in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"float"} and isinstance(value["float"], str):
        text = value["float"]
        return value if text in ("nan", "inf", "-inf") else {"float": float.fromhex(text)}
    if set(value) == {"date"} and isinstance(value["date"], str):
        # Through tomllib once more, so that 12:30:00.5 and 12:30:00.500000 are equal.
        return plain(tomllib.loads("x = " + value["date"])["x"])
    return {k: ours(v) for k, v in value.items()}


def run(dump, path):
    result = subprocess.run([dump, path], capture_output=True, check=False)
    if result.returncode not in (0, 1):
        sys.exit(f"{path}: {dump} ended with {result.returncode}: {result.stderr.decode()}")
    return result


def reference(data):
    try:
        return tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return None


def too_large(value):
    """An integer beyond 64 bits: tomllib takes it, TOML lets us refuse it."""
    if isinstance(value, int):
        return not -(2**63) <= value < 2**63
    if isinstance(value, list):
        return any(too_large(v) for v in value)
    return isinstance(value, dict) and any(too_large(v) for v in value.values())


def check_valid(dump, path):
    result = run(dump, path)
    if result.returncode != 0:
        return f"refused: {result.stderr.decode()}"
    want = plain(tomllib.loads(path.read_bytes().decode()))
    got = ours(json.loads(result.stdout.decode()))
    return None if want == got else f"expected {want}, got {got}"


def check_invalid(dump, path):
    if reference(path.read_bytes()) is not None:
        return "tomllib accepts it"
    result = run(dump, path)
    if result.returncode != 1:
        return "accepted"
    first = result.stderr.decode().splitlines()[0]
    if not re.match(re.escape(str(path)) + r":\d+:\d+: error: .", first):
        return f"message without a position: {first}"
    return None


def damaged(data):
    for i in range(len(data)):
        yield data[:i]
        yield data[:i] + data[i + 1 :]
        for c in b'"[]{}=.\n\\_0 ':
            yield data[:i] + bytes([c]) + data[i + 1 :]


def check_damaged(dump, path, budget):
    variants = list(damaged(path.read_bytes()))
    variants = variants[:: max(1, len(variants) // budget)]
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for i, data in enumerate(variants):
            names.append(pathlib.Path(folder) / f"{i}.toml")
            names[-1].write_bytes(data)
        result = subprocess.run([dump, "--valid", *names], capture_output=True, check=True)
    for data, digit in zip(variants, result.stdout.decode().strip(), strict=True):
        want = reference(data)
        if want is not None and too_large(want):
            continue
        if (want is not None) != (digit == "1"):
            return f"disagree on whether this is valid: {data!r}"
    return None


def main():
    dump, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    budget = int(sys.argv[3]) if len(sys.argv) > 3 else 150
    failed = 0
    checks = [("valid", check_valid), ("invalid", check_invalid)]
    for kind, check in checks:
        for path in sorted((folder / kind).glob("*.toml")):
            problem = check(dump, path)
            if problem is None and kind == "valid":
                problem = check_damaged(dump, path, budget)
            if problem is not None:
                failed += 1
                print(f"{path}: {problem}")
    sys.exit(1 if failed else 0)


main()
