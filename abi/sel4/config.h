// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// What these headers can describe: the seL4 ABI with MCS, for one core, with the kernel at EL1 or,
// as a hypervisor with physical addresses of 40 bits, at EL2.

#include <autoconf.h>

#if !defined(CONFIG_KERNEL_MCS)
#error "these headers describe seL4 with MCS: gen_config says KERNEL_MCS is off"
#endif
#if !defined(CONFIG_SEL4_ARCH) || !defined(CONFIG_ARCH_AARCH64)
#error "these headers describe AArch64: gen_config names another architecture"
#endif
#if defined(CONFIG_ARM_HYPERVISOR_SUPPORT) && !defined(CONFIG_ARM_PA_SIZE_BITS_40)
#error "these headers describe hypervisors with 40 bits: gen_config says ARM_PA_SIZE_BITS_40 is off"
#endif
#if defined(CONFIG_ENABLE_SMP_SUPPORT)
#error "these headers describe one core: gen_config says ENABLE_SMP_SUPPORT is on"
#endif
