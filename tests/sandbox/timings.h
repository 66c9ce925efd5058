/* timings.h - how long sandboxes take, without SSH. */
#ifndef ATOLL_TESTS_SANDBOX_TIMINGS_H
#define ATOLL_TESTS_SANDBOX_TIMINGS_H

#include "tests/sandbox/peers.h"

/* Print them: alone, saturated, and beside a preauth. */
void bench(struct fixture *f);

#endif
