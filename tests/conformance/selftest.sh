#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Does `kaal test conformance` fail when it should?   selftest.sh KAAL BUILD
#
# Each of these cases must fail, the one after them pass, and the tool say so.
set -eu
tool=$1
build=$2
out=$("$tool" test --build-dir "$build" conformance selftest 2>&1) && status=0 || status=$?
expect() {
    printf '%s\n' "$out" | grep -q -- "$1" || {
        printf '%s\n' "$out"
        echo "selftest.sh: not there: $1"
        exit 1
    }
}
[ "$status" -eq 1 ] || { printf '%s\n' "$out"; echo "selftest.sh: exit status $status, not 1"; exit 1; }
expect '^1\.\.6$'
expect '^# tests/conformance/target/selftest.c:[0-9]*: expected label 4, 2 words 0x1 0x3f; seen label 4, 2 words 0x1 0x40$'
expect '^not ok 1 - selftest: an_expectation_that_does_not_hold$'
expect "^# tests/conformance/target/selftest.c:[0-9]*: the case's thread faulted: label 6, 4 words"
expect '^not ok 2 - selftest: a_fault$'
expect '^# time is up$'
expect '^not ok 3 - selftest: an_endless_wait$'
expect '^not ok 4 - selftest: an_endless_loop$'
expect '^# tests/conformance/target/selftest.c:[0-9]*: one: expected 0x2, seen 0x1$'
expect '^not ok 5 - selftest: an_expectation_in_another_thread$'
expect '^ok 6 - selftest: threads_end_as_they_are_seen_to$'
expect '^1 passed, 5 failed$'

# No results at all, and none in time.
for qemu in true ./forever; do
    printf '#!/bin/sh\nexec sleep 60\n' >forever && chmod +x forever
    out=$("$tool" test --build-dir "$build" --timeout 1 --qemu $qemu conformance 2>&1) &&
        { printf '%s\n' "$out"; echo "selftest.sh: passed without results"; exit 1; }
    expect '^0 passed, 1 failed$'
done
rm -f forever
