// SPDX-License-Identifier: BSD-2-Clause
//
// The protocol of kaal/ring.h: LANES producers with a ring each, one consumer, who sleep and wake each
// other, and may die at every step. Names are those of ring.c. Steps are interleaved, as if all
// accesses were sequentially consistent; what weaker orders do is for ring_explore.c to find.
//
//    -DLANES=1 -DITEMS=4 -DCAPACITY=2 -DBATCH=2 -DWANT=1
//    -DPRODUCER_DEATHS=1 -DCONSUMER_DEATHS=1     how often each may die; it comes back
//    -DLOST                                      the producer of lane 0 does not come back
//
// Broken on purpose: -DNO_RECHECK, -DEARLY_RECHECK, -DNO_WAKE, -DEARLY_PUBLISH, -DEARLY_RELEASE, -DSILENT.

#ifdef LOST
#define FIRST 1 // lane of those that must be received
#else
#define FIRST 0
#endif

typedef ring {
    short published; // count of the producer
    short released;  // count of the consumer
    short producer_wake = -CAPACITY;
    short consumer_wake;
    short slot[CAPACITY];
};

ring r[LANES];
bool producer_signalled[LANES];
bool consumer_signalled;
byte ended; // processes
bool received_all;

#define ITEM(lane, n) (100 * (lane) + (n) + 1)
#define SLOT(lane, n) r[lane].slot[(n) % CAPACITY]
#define LESS(a, b) ((a) < (b) -> (a) : (b))

// Whoever may die may do so here.
#define STEP               \
    if                     \
    :: true                \
    :: deaths > 0 -> goto dead \
    fi

proctype producer(byte lane)
{
    short own, limit, n, i, before, wake;
    byte deaths = PRODUCER_DEATHS;

open:
    own = r[lane].published;
    STEP;
    limit = r[lane].released + CAPACITY;
    STEP;
#ifndef SILENT
    consumer_signalled = true;
    STEP;
#endif
    do
    :: own == ITEMS -> break
    :: own < ITEMS ->
        if
        :: limit - own < LESS(BATCH, ITEMS - own) -> limit = r[lane].released + CAPACITY
        :: else
        fi;
        n = LESS(LESS(BATCH, ITEMS - own), limit - own);
        STEP;
        if
        :: n > 0 ->
#ifdef EARLY_PUBLISH
            r[lane].published = own + n;
#endif
            for (i : 0 .. n - 1) {
                SLOT(lane, own + i) = ITEM(lane, own + i);
                STEP
            }
            before = own;
            own = own + n;
            r[lane].published = own;
            STEP;
            wake = r[lane].consumer_wake;
            STEP;
            if
#ifndef NO_WAKE
            :: before < wake && wake <= own -> consumer_signalled = true
#endif
            :: else
            fi
        :: else ->
            n = LESS(WANT, ITEMS - own);
#ifdef EARLY_RECHECK
            limit = r[lane].released + CAPACITY;
            STEP;
#endif
            r[lane].producer_wake = own + n - CAPACITY;
            STEP;
#if !defined(NO_RECHECK) && !defined(EARLY_RECHECK)
            limit = r[lane].released + CAPACITY;
            STEP;
#endif
            if
            :: limit - own >= n
            :: else ->
                if
                :: producer_signalled[lane] -> producer_signalled[lane] = false
                :: deaths > 0 -> goto dead
                fi
            fi
        fi;
        STEP
    od;
    goto finished;

dead:
    atomic {
        deaths--;
        producer_signalled[lane] = false; // a signal that nobody took is lost
#ifdef LOST
        if
        :: lane == 0 -> goto finished
        :: else
        fi;
#endif
        goto open
    }

finished:
    ended++
}

proctype consumer()
{
    short own[LANES], limit[LANES], n, i, before, wake;
    byte lane, looked;
    byte deaths = CONSUMER_DEATHS;

open:
    for (lane : 0 .. LANES - 1) {
        own[lane] = r[lane].released;
        STEP;
        limit[lane] = r[lane].published;
        STEP;
#ifndef SILENT
        producer_signalled[lane] = true;
        STEP
#endif
    }
    lane = 0;
    looked = 0;
    do
    :: true ->
        for (i : FIRST .. LANES - 1) {
            if
            :: own[i] < ITEMS -> goto more
            :: else
            fi
        }
        break;
more:
        if
        :: limit[lane] == own[lane] -> limit[lane] = r[lane].published
        :: else
        fi;
        n = LESS(BATCH, limit[lane] - own[lane]);
        STEP;
        if
        :: n > 0 ->
#ifdef EARLY_RELEASE
            r[lane].released = own[lane] + n;
#endif
            for (i : 0 .. n - 1) {
                assert(SLOT(lane, own[lane] + i) == ITEM(lane, own[lane] + i));
                STEP
            }
            before = own[lane];
            own[lane] = own[lane] + n;
            r[lane].released = own[lane];
            STEP;
            wake = r[lane].producer_wake;
            STEP;
            if
            :: before < wake && wake <= own[lane] -> producer_signalled[lane] = true
            :: else
            fi;
            looked = 0
        :: else -> looked++
        fi;
        lane = (lane + 1) % LANES;
        if
        :: looked < LANES
        :: else ->
            looked = 0;
            for (i : 0 .. LANES - 1) {
                n = (LANES == 1 -> LESS(WANT, ITEMS - own[i]) : 1);
#ifdef EARLY_RECHECK
                limit[i] = r[i].published;
                STEP;
#endif
                r[i].consumer_wake = own[i] + n;
                STEP;
#if !defined(NO_RECHECK) && !defined(EARLY_RECHECK)
                limit[i] = r[i].published;
                STEP;
#endif
                if
                :: limit[i] - own[i] >= n -> goto again
                :: else
                fi
            }
            if
            :: consumer_signalled -> consumer_signalled = false
            :: deaths > 0 -> goto dead
            fi
        fi;
again:
        STEP
    od;
    received_all = true;
    goto finished;

dead:
    atomic {
        deaths--;
        consumer_signalled = false;
        goto open
    }

finished:
    ended++
}

init
{
    byte lane;
    atomic {
        for (lane : 0 .. LANES - 1) {
            run producer(lane)
        }
        run consumer()
    }
}

// Nobody waits for ever, and nobody runs in a circle. That items come once and in order is asserted above.
ltl all_end { <> (ended == LANES + 1 && received_all) }
