#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The configure line of seL4's own build is valid here and leaves gen_config.json in both of seL4's
# places, before anything is built.
#
# usage: configure.sh SOURCE-FOLDER
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
cmake -DPLATFORM=qemu-arm-virt -DAARCH64=1 -DSIMULATION=TRUE -G Ninja "$1" >log 2>&1 || {
    cat log
    exit 1
}
for file in gen_config/kernel/gen_config.json libsel4/gen_config/sel4/gen_config.json; do
    python3 - "$file" <<'PY'
import json, sys
config = json.load(open(sys.argv[1]))
if "kernel/gen_config" in sys.argv[1]:
    assert config["KERNEL_MCS"] is True and config["SEL4_ARCH"] == "aarch64", config
else:
    assert "LIB_SEL4_USE_THREAD_LOCALS" in config, config
PY
done

# What this kernel does not have is refused, not ignored.
refuse() {
    if cmake "$1" . >log 2>&1; then
        echo "$1: was accepted"
        exit 1
    fi
    cmake "${1%=*}=$2" . >/dev/null
}
refuse -DPLATFORM=rpi4 qemu-arm-virt
refuse -DKernelArmHypervisorSupport=ON OFF
refuse -DARM_HYP=ON OFF
refuse -DKernelMaxNumNodes=4 1
refuse -DSMP=ON OFF
refuse -DKernelIsMCS=OFF ON
refuse -DAARCH64=FALSE TRUE
refuse -DKernelSel4Arch=aarch32 aarch64

# Nor is what only another configuration has.
refuse -DHardwareDebugAPI=ON OFF
refuse -DKernelBenchmarks=track_utilisation none
