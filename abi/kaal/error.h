// SPDX-License-Identifier: BSD-2-Clause
//
// Error numbers of KaaL's own protocols and libraries. 0 is success. Numbers are ABI: never
// renumber, add at the end.
#pragma once

enum kaal_err {
    KAAL_OK = 0,
    KAAL_ERR_PROTOCOL = 1, // not a message of this protocol, or too short
    KAAL_ERR_VERSION = 2,  // unknown major version; the reply tells the versions that are spoken
    KAAL_ERR_REQUEST = 3,  // unknown request
    KAAL_ERR_ARGUMENT = 4, // an argument is out of range; the reply tells which
    KAAL_ERR_MEMORY = 5,   // not enough memory
    KAAL_ERR_SLOTS = 6,    // no free capability slot
    KAAL_ERR_DENIED = 7,   // the description or a quota does not allow it
    KAAL_ERR_NOTFOUND = 8, // no such thing
    KAAL_ERR_KERNEL = 9,   // the kernel refused; the reply carries the seL4 error
    KAAL_ERR_BUSY = 10,    // somebody else holds it
    KAAL_ERR_DEVICE = 17,  // a device failed, or behaves as none of its kind does
};
