#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A run that ends well and prints every line of a file.
#
# usage: lines.sh FILE TOOL ARGUMENT...
lines=$1
shift
out=$("$@" 2>&1) || {
    printf '%s\nexit status %s\n' "$out" $?
    exit 1
}
printf '%s\n' "$out"
missing=0
while IFS= read -r line; do
    printf '%s\n' "$out" | grep -qF -- "$line" || {
        echo "missing: $line"
        missing=1
    }
done <"$lines"
exit $missing
