#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A kernel with a deliberate mistake (broken/): the model test fails, tells how, and writes a short
# script that makes it fail again and that the real kernel takes without harm. The step that it names
# is found again from the seed alone.
#
# usage: broken.sh BROKEN-MODEL-TEST MODEL-TEST WHAT STEPS      WHAT: of the message; STEPS: at most
set -eu
broken=$1
model=$2
what=$3
most=$4
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() {
    echo "$1"
    cat "$scratch/out"
    exit 1
}

cd "$scratch"
"$broken" --every 20 --steps 1000000 --script short >out 2>&1 && fail 'the mistake was not found'
step=$(sed -n "s/^step \([0-9]*\): .*$what.*/\1/p" out)
[ -n "$step" ] || fail "the message does not tell $what"
steps=$(grep -vc '^#' short) || fail 'no script'
[ "$steps" -le "$most" ] || fail "a script of $steps steps: $(cat short)"

"$broken" --replay short >out 2>&1 && fail 'the script does not fail'
grep -q "^step $((steps - 1)): .*$what" out || fail "the script does not end in $what"
"$model" --replay short >out 2>&1 || fail 'the script fails without the mistake'

"$broken" --every 20 --from "$step" --steps 1 --script again >out 2>&1 && fail 'not found again'
grep -q "^step $step: .*$what" out || fail "not at step $step"
echo "$what at step $step in $steps steps:"
cat short
