// SPDX-License-Identifier: BSD-2-Clause
//
// What every server does with a call before it looks at the request (abi/kaal/protocol.h): whose is
// it, is it of our protocol, of a version that we speak?
//
//    seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
//    {
//        struct kaal_request request;
//        if (!kaal_request_open(&request, badge, info, KAAL_RTC_WORD)) {
//            return request.refusal;
//        }
//        switch (request.number) ...
#pragma once

#include <kaal/error.h>
#include <kaal/protocol.h>
#include <kaal/start_page.h>

#include <sel4/sel4.h>

struct kaal_request {
    const struct kaal_start_entry *caller; // its SERVES entry: name, and the badge as `value`
    seL4_Word number;
    seL4_Word words;            // of the message, the protocol word included
    seL4_MessageInfo_t refusal; // what to answer, if it is not for us
};

// False with `refusal` set if the message is none of the protocol.
bool kaal_request_open(struct kaal_request *request, seL4_Word badge, seL4_MessageInfo_t info,
                       uint64_t protocol_word);

// The notify channel back to the caller: the one with its name. NULL if there is none.
const struct kaal_start_entry *kaal_request_channel(const struct kaal_request *request);

// Answers: with results in the first message registers; with the number of a wrong argument.
seL4_MessageInfo_t kaal_answer(enum kaal_err err, seL4_Word words);
seL4_MessageInfo_t kaal_answer_argument(seL4_Word number);
