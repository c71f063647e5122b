// SPDX-License-Identifier: BSD-2-Clause
//
// What is said in the test of very many signals.
//
//    judge ──round──► hub ──send──► each source ──signal──► hub
#pragma once

enum {
    // To the hub.
    HUB_ROUND,  // word 1: number of the round; sources are asked to signal
    HUB_FALTER, // the same, and then it fails with all signals before it
    HUB_TOTAL,  // answer: signals delivered since the last time, channels with more or fewer than
                // were sent
    // To a source.
    SOURCE_SEND, // word 1: over which channel
    SOURCE_SENT, // word 1: of which channel; answer: how often since the last time
};
