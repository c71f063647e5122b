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

# search NAME COMPILER-OPTION... -- PAN-OPTION...: true if it found no error. A search that did not end by
# itself is no verdict.
search() {
    name=$1
    shift
    options=
    while [ "$1" != -- ]; do
        options="$options $1"
        shift
    done
    shift
    # shellcheck disable=SC2086 # words; pan's own code is not ours to warn about
    gcc -O1 -w -DVECTORSZ=2048 $options -o "$name" pan.c
    "./$name" -m1000000 "$@" >"$name.log"
    grep -E 'errors:|states, stored|pan:[0-9]*:' "$name.log"
    grep -q 'errors: 0' "$name.log" || return 1
    if grep -qE 'max search depth too small|out of memory|Search not completed' "$name.log"; then
        exit 2
    fi
}

found=breaks
if search safety -DSAFETY -DNOCLAIM -- && search liveness -DNFAIR=5 -- -a -f; then
    found=holds
fi
[ "$found" = "$verdict" ]
