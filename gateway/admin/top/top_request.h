/*
 * top_request.h - what atoll top asks of the gateway, one request after the other.
 *
 * Process: atoll, atoll-staff.  The administrator's has a connection for each, so that
 * it goes on when the gateway has been started anew; staff's is the one that there is.
 */
#ifndef ATOLL_ADMIN_TOP_TOP_REQUEST_H
#define ATOLL_ADMIN_TOP_TOP_REQUEST_H

#include "gateway/admin/command.h"
#include "gateway/admin/exchange.h"

struct top_request {
	const struct invocation *in;
	struct chan link; /* staff's, when it was greeted; fd is -1 else */
};

int top_request_begin(struct top_request *r, const struct invocation *in,
    struct err *e);

/* -1 when it was refused, too, and then e says why.  answer_free() it in any case. */
int top_ask(struct top_request *r, const struct msg *m, struct answer *a,
    struct err *e);

/* One whose answer is a text; to has it. */
int top_tell(struct top_request *r, const struct msg *m, char to[TEXT_SIZE],
    struct err *e);

#endif
