#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check-ci complains about each way in which the Dockerfile or the workflow can be wrong, and names the line."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

FILES = ("README.md", "Dockerfile", ".dockerignore", ".github/workflows/ci.yml", "kaal", "scripts/check-ci")
WORKFLOW = ".github/workflows/ci.yml"
CASES = {
    "another image": ("Dockerfile", "FROM debian:12 AS build", "FROM ubuntu:latest AS build",
                      "Dockerfile:9: error: the image ubuntu:latest is neither debian:12"),
    "another command": ("Dockerfile", "RUN ./kaal test", "RUN ./kaal test --quiet", "`./kaal test` of the README is not run"),
    "a default stage that tests nothing": ("Dockerfile", "FROM build AS test\nRUN ./kaal test\n", "",
                                           "`docker build .` does not end with `./kaal test`"),
    "a stage that is not there": ("Dockerfile", "COPY --from=build /opt/kaal /kaal", "COPY --from=built /opt/kaal /kaal",
                                  "there is no stage built before this one"),
    "a file that is not there": ("Dockerfile", "COPY . .", "COPY nothing .", "Dockerfile:11: error: there is no nothing"),
    "artefacts on an image": ("Dockerfile", "FROM scratch AS artefacts", "FROM build AS artefacts",
                              "there is no stage `artefacts` from scratch"),
    "no shell": ("Dockerfile", "RUN ./kaal run", "RUN ./kaal run &&", "sh does not understand `./kaal run &&`"),
    "an instruction of another kind": ("Dockerfile", "WORKDIR /kaal", "ADD https://example.org/x /", "ADD is not needed here"),
    "a command that the workflow leaves out": (WORKFLOW, "run: ./kaal run", "run: echo", "`./kaal run` of the README is not run"),
    "a job that cannot fail": (WORKFLOW, "    timeout-minutes: 180", "    timeout-minutes: 180\n    continue-on-error: true",
                               "the job test cannot fail"),
    "a step that cannot fail": (WORKFLOW, "        run: ./kaal test", "        run: ./kaal test\n        continue-on-error: true",
                                "a step that fails does not fail the job"),
    "a step that is not always run": (WORKFLOW, "        run: ./kaal run", "        run: ./kaal run\n        if: failure()",
                                      "`./kaal run` is not always run"),
    "a job without end": (WORKFLOW, "    timeout-minutes: 180\n", "", "the job test has no time limit"),
    "another container": (WORKFLOW, "container: debian:12", "container: debian:sid", "the job test is not in debian:12"),
    "an action without version": (WORKFLOW, "actions/checkout@v4", "actions/checkout", "actions/checkout has no version"),
    "pull requests without a run": (WORKFLOW, "[push, pull_request]", "[push]", "it does not run on pull_request"),
    "a stage that the Dockerfile lacks": (WORKFLOW, "--target artefacts", "--target output", "the Dockerfile has no stage output"),
    "no YAML": (WORKFLOW, "    steps:\n", "    steps: [\n", "error: no YAML"),
    "a README without commands": ("README.md", "    ./kaal run ", "    kaal run ", "README.md:1: error: the two commands are not there"),
}

# What the step's text may end with so that sh forgets its status; check-ci must refuse each.
for hidden in [*(f"|| {success}" for success in ("true", ":", "exit 0")), "; :"]:
    CASES[f"a failure that `{hidden}` hides"] = ("Dockerfile", "RUN ./kaal run", f"RUN ./kaal run {hidden}",
                                                 "hides a failure")

source = pathlib.Path(sys.argv[1])
failures = 0


def checked(root):
    done = subprocess.run([sys.executable, root / "scripts/check-ci"], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


with tempfile.TemporaryDirectory() as folder:
    for name, (file, old, new, expected) in {"nothing wrong": ("README.md", "", "", "as they must be"), **CASES}.items():
        root = pathlib.Path(folder) / "tree"
        shutil.rmtree(root, ignore_errors=True)
        for path in FILES:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / path, root / path)
        text = (root / file).read_text()
        changed = text.replace(old, new, 1) if old else text
        (root / file).write_text(changed)
        status, output = checked(root)
        if (old and changed == text) or expected not in output or status != (1 if old else 0):
            print(f"{name}: exit status {status}, expected {expected!r}, seen:\n{output}")
            failures += 1
print(f"{len(CASES)} ways to be wrong, {failures} not noticed")
sys.exit(1 if failures else 0)
