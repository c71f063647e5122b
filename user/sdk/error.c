// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/broker_client.h>

const char *kaal_strerror(enum kaal_err err)
{
    static const char *const texts[] = {
        [KAAL_OK] = "no error",
        [KAAL_ERR_PROTOCOL] = "not a message of this protocol",
        [KAAL_ERR_VERSION] = "version not spoken",
        [KAAL_ERR_REQUEST] = "unknown request",
        [KAAL_ERR_ARGUMENT] = "argument out of range",
        [KAAL_ERR_MEMORY] = "out of memory",
        [KAAL_ERR_SLOTS] = "out of capability slots",
        [KAAL_ERR_DENIED] = "not allowed by the description or a quota",
        [KAAL_ERR_NOTFOUND] = "not found",
        [KAAL_ERR_KERNEL] = "refused by the kernel",
        [KAAL_ERR_BUSY] = "busy",
        [KAAL_ERR_STALE] = "names something that is no more",
        [KAAL_ERR_DEAD] = "the peer has died",
        [KAAL_ERR_STATE] = "not in this state",
        [KAAL_ERR_AGAIN] = "too many wait for this",
        [KAAL_ERR_EXISTS] = "the name is taken",
        [KAAL_ERR_PROGRAM] = "not a program that can be started",
        [KAAL_ERR_DEVICE] = "a device failed",
    };
    bool known = (size_t)err < sizeof(texts) / sizeof(texts[0]) && texts[err] != NULL;
    return known ? texts[err] : "unknown error";
}

const char *kaal_kernel_error(seL4_Error err)
{
    static const char *const texts[] = {
        [seL4_InvalidArgument] = "kernel: invalid argument",
        [seL4_InvalidCapability] = "kernel: invalid capability",
        [seL4_IllegalOperation] = "kernel: illegal operation",
        [seL4_RangeError] = "kernel: out of range",
        [seL4_AlignmentError] = "kernel: not aligned",
        [seL4_FailedLookup] = "kernel: failed lookup",
        [seL4_TruncatedMessage] = "kernel: truncated message",
        [seL4_DeleteFirst] = "kernel: slot or place occupied",
        [seL4_RevokeFirst] = "kernel: in use",
        [seL4_NotEnoughMemory] = "out of memory",
    };
    bool known = (size_t)err < sizeof(texts) / sizeof(texts[0]) && texts[err] != NULL;
    return known ? texts[err] : "kernel: unknown error";
}
