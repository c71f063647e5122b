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
    KAAL_ERR_STALE = 11,   // it was there, but is no longer
    KAAL_ERR_DEAD = 12,    // the peer has died
    KAAL_ERR_STATE = 13,   // not in this state
    KAAL_ERR_AGAIN = 14,   // not now; later it may work
};
