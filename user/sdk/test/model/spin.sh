#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Checks a model with Spin: assertions and deadlocks, then its LTL property under weak fairness.
#
# usage: spin.sh holds|breaks MODEL.pml [-DNAME[=VALUE]]...
#        `breaks` wants an error to be found
set -eu
verdict=$1
model=$(realpath "$2")
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
spin -a "$@" "$model" >spin.log 2>&1 || { cat spin.log; exit 2; }

# pan's own code is not ours to warn about.
gcc -O2 -w -DSAFETY -DNOCLAIM -DVECTORSZ=2048 -o safety pan.c
gcc -O2 -w -DNFAIR=5 -DVECTORSZ=2048 -o liveness pan.c
./safety -m1000000 >safety.log
./liveness -a -f -m1000000 >liveness.log

# Both searches must have ended by themselves, or the verdict is none.
for log in safety.log liveness.log; do
    grep -E 'errors:|states, stored|pan:[0-9]*:' "$log"
    if grep -qE 'max search depth too small|out of memory|Search not completed' "$log" &&
        grep -q 'errors: 0' "$log"; then
        exit 2
    fi
done
if grep -q 'errors: 0' safety.log && grep -q 'errors: 0' liveness.log; then
    [ "$verdict" = holds ]
else
    [ "$verdict" = breaks ]
fi
