#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A run is right when it says so and exits with 0.
#
# usage: verified.sh TOOL ARGUMENT...
out=$("$@" 2>&1)
code=$?
printf '%s\n' "$out"
[ $code -eq 0 ] || {
    echo "exit status $code"
    exit 1
}
printf '%s\n' "$out" | grep -q '^verified: ' || {
    echo "exit status 0 without a verdict"
    exit 1
}
