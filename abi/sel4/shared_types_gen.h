// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// seL4 generates this header; here its types are written by hand, one header each.

#include <sel4/cap_rights.h>
#include <sel4/cnode_cap_data.h>
#include <sel4/message_info.h>
