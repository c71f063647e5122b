#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What `kaal bench kernel` and `kaal bench components` must hold to.

    bench_test.py rows|growth|worst|components|chain TOOL BUILD

rows     every row comes, twice the same, with a value that a system call can have, and none above its
         ceiling (tests/bench/reference.json)
growth   every row comes; none costs more with much alive; what is about a queue grows no faster than its
         logarithm
worst    every operation comes; neither it nor the latency under it is above its ceiling
components
         as rows; none costs more than OVERHEAD times the system calls that it is made of; and those take
         the kernel as long as it works in the row
chain    twice the same; nothing above its ceiling, or its target where it has none; and the instructions of a
         link more are the same in a long chain as in a short one
"""
import json
import subprocess
import sys

LEAST, MOST = 40, 70000  # of a row, in instructions
NOISE = 1.06             # a compiler's choice of the moment: how often a loop over a bitmap turns, say
QUEUES = {"queue.send", "queue.suspend", "queue.priority", "release.exhaust", "release.suspend", "release.timer"}
OVERHEAD = 1.3           # of a component row over its system calls
ALLOWED = {"restart.keep": 1.42} # of those that are not there yet
SPREAD = 1.01            # within a run, of many system calls: what is in lists is not where it was
SPREADS = {"interrupt.cycle": 1.015} # some run has 10 instructions less, by the moment
SHARE = 0.05             # of a row's kernel instructions: how far its system calls by themselves may be from them
LINEAR = 1.15            # of a chain: a link's instructions at the long end over those at the short one
PACKER = ("pack_peak", "pack_time") # of a chain: what depends on the host
QUEUE_GROWTH = 2         # 10 to 10,000 threads: log(10000) / log(10) is 4, and a row is not all queue


def measure(tool, build, *options, of="kernel"):
    """The rows that the command prints, by name."""
    run = subprocess.run([tool, "bench", of, "--build-dir", build, "--json", *options],
                         stdout=subprocess.PIPE, check=False)
    if run.returncode != 0:
        sys.exit(f"bench {of} {' '.join(options)}: exit status {run.returncode}")
    return {row["name"]: row for row in json.loads(run.stdout)["rows"]}


def above_ceiling(rows):
    for name, row in rows.items():
        cell = row["measured"][0]
        for what, limit in (("most", "ceiling"), ("latency", "latency_ceiling")):
            if what in cell and limit not in row:
                yield f"{name}: no {limit}; give it one in reference.json"
            elif what in cell and cell[what] > row[limit]:
                yield f"{name}: {what} {cell[what]} instructions, {limit} {row[limit]}"


def is_long(of, name):
    return of == "components" or name.startswith("raw.")


def check_rows(tool, build, of="kernel"):
    rows = measure(tool, build, of=of)
    if rows != measure(tool, build, of=of):
        yield "two runs differ"
    for name, row in rows.items():
        cell = row["measured"][0]
        spread = SPREADS.get(name, SPREAD) if is_long(of, name) else 1
        if cell["most"] > cell["instructions"] * spread:
            yield f"{name}: {cell['instructions']} to {cell['most']} in one run"
        if not LEAST <= cell["instructions"] <= MOST:
            yield f"{name}: {cell['instructions']} instructions"
        if "raw" in row and cell["most"] > row["raw"] * ALLOWED.get(name, OVERHEAD):
            yield f"{name}: {cell['most']} instructions, {row['raw']} of them system calls"
        if "raw" in row and abs(cell["kernel"] - row["raw_kernel"]) > cell["kernel"] * SHARE:
            yield f"{name}: {cell['kernel']} instructions in the kernel, {row['raw_kernel']} by its system calls alone"
    yield from above_ceiling(rows)


def check_growth(tool, build):
    rows = measure(tool, build, "--growth")
    for name in QUEUES - rows.keys():
        yield f"{name}: no such row came"
    for name, row in rows.items():
        kinds = {}
        for cell in row["measured"]:
            kinds.setdefault(cell["among"], []).append(cell["most"])
        for kind, cells in kinds.items():
            allowed = QUEUE_GROWTH if name in QUEUES else NOISE
            if len(cells) != 3 or cells[-1] > cells[0] * allowed:
                yield f"{name} among {kind}: {cells}"


def check_worst(tool, build):
    yield from above_ceiling(measure(tool, build, "--worst"))


def check_components(tool, build):
    yield from check_rows(tool, build, of="components")


def measure_chains(tool, build):
    run = subprocess.run([tool, "bench", "chain", "--build-dir", build, "--json"],
                         stdout=subprocess.PIPE, check=False)
    if run.returncode != 0:
        sys.exit(f"bench chain: exit status {run.returncode}")
    chains = json.loads(run.stdout)["chains"]
    for chain in chains:
        for key in PACKER:
            chain["measured"].pop(key)
    return chains


def link_cost(short, long, key):
    return (long["measured"][key] - short["measured"][key]) / (long["links"] - short["links"])


def check_chain(tool, build):
    chains = measure_chains(tool, build)
    if chains != measure_chains(tool, build):
        yield "two runs differ"
    for chain in chains:
        limits = {**chain.get("target", {}), **chain.get("ceiling", {})}
        for key, limit in limits.items():
            if chain["measured"][key] > limit:
                yield f"{chain['links']} links: {key} {chain['measured'][key]}, at most {limit}"
    for key in ("first_init", "last_init"):
        costs = [link_cost(a, b, key) for a, b in zip(chains, chains[1:])]
        if len(costs) < 2 or max(costs) > min(costs) * LINEAR:
            yield f"{key}: instructions of a link more: {costs}"


CHECKS = {"rows": check_rows, "growth": check_growth, "worst": check_worst, "components": check_components,
          "chain": check_chain}


def main():
    failures = list(CHECKS[sys.argv[1]](*sys.argv[2:]))
    print("\n".join(failures) if failures else f"{sys.argv[1]}: as it should be")
    return 1 if failures else 0


sys.exit(main())
