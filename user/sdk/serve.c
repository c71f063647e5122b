// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/serve.h>

seL4_MessageInfo_t kaal_answer(enum kaal_err err, seL4_Word words)
{
    return seL4_MessageInfo_new(err, 0, 0, words);
}

seL4_MessageInfo_t kaal_answer_argument(seL4_Word number)
{
    seL4_SetMR(0, number);
    return kaal_answer(KAAL_ERR_ARGUMENT, 1);
}

bool kaal_request_open(struct kaal_request *request, seL4_Word badge, seL4_MessageInfo_t info,
                       uint64_t protocol_word)
{
    uint64_t word = seL4_GetMR(0);
    *request = (struct kaal_request){
        .caller = kaal_start_by_value(kaal_start, KAAL_START_SERVES, badge),
        .number = seL4_MessageInfo_get_label(info),
        .words = seL4_MessageInfo_get_length(info),
        .refusal = kaal_answer(KAAL_ERR_PROTOCOL, 0),
    };
    if (request->caller == NULL || request->words < 1 ||
        kaal_protocol_id(word) != kaal_protocol_id(protocol_word)) {
        return false;
    }
    if (kaal_protocol_major(word) != kaal_protocol_major(protocol_word)) {
        seL4_SetMR(0, protocol_word);
        request->refusal = kaal_answer(KAAL_ERR_VERSION, 1);
        return false;
    }
    return true;
}

const struct kaal_start_entry *kaal_request_channel(const struct kaal_request *request)
{
    return kaal_start_find(kaal_start, KAAL_START_SIGNAL, request->caller->name);
}
