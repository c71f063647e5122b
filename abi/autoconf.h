// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// The configuration that the program is compiled for, under the name that seL4 sources include.
//
// Both headers are written at configure time from config/<name>/ (cmake/GenConfig.cmake).

#include <kernel/gen_config.h>
#include <sel4/gen_config.h>
