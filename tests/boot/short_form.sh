#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The short form of a description, byte for byte: root task, broker, a kernel at a path of the user's.
#
# usage: short_form.sh TOOL BUILD-FOLDER TEST-FOLDER
set -eu
tool=$1
build=$2
source=$3/fixtures/short_form/system.toml
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bin=$build/target/mcs-dbg
fail() {
    echo "$1"
    cat "$scratch/out"
    exit 1
}

cp "$source" "$scratch/system.toml"
cd "$scratch"
mkdir -p target/release
cp "$bin/bin/root.elf" target/release/kaal-root-task
cp "$bin/bin/cap_broker.elf" target/release/cap-broker

# The kernel is not there: the message says so, with its place, and names the way out.
"$tool" check --build-dir "$build" system.toml >out 2>&1 && fail 'a missing kernel was accepted'
grep -q '^system.toml:2:[0-9]*: error: .*external/seL4/build-arm64-qemu/kernel/kernel.elf' out ||
    fail 'the message does not name the place'
grep -q -e '--kernel builtin' out || fail 'the message does not name --kernel builtin'

# With the override it runs.
"$tool" run --build-dir "$build" --kernel builtin system.toml >out 2>&1 || fail 'not verified with --kernel builtin'
grep -q '^verified: ' out || fail 'no verdict'

# With a kernel in that place, and what its build leaves beside it, it runs as it stands.
sel4=external/seL4/build-arm64-qemu
mkdir -p $sel4/kernel
cp "$bin/kernel/kernel.elf" $sel4/kernel/
cp -r "$bin/gen_config" "$bin/libsel4" $sel4/
"$tool" run --build-dir "$build" system.toml >out 2>&1 || fail 'not verified as it stands'
grep -q '^verified: ' out || fail 'no verdict'

# The same from elsewhere: paths are relative to the file, programs also found by --search-path.
mkdir elsewhere
mv target elsewhere/
cd /
"$tool" run --build-dir "$build" --search-path "$scratch/elsewhere" "$scratch/system.toml" >"$scratch/out" 2>&1 ||
    fail 'not verified with --search-path'
