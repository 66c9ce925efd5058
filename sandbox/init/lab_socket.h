/*
 * lab_socket.h - where the student's lab program asks.
 *
 * Anything may knock here, as often as it likes: so there are few clients at a
 * time, none of them for long without a request, only so many a second, and all
 * that is read of them is one message of fixed size.  Nothing here waits.
 */
#ifndef ATOLL_INIT_LAB_SOCKET_H
#define ATOLL_INIT_LAB_SOCKET_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/bucket.h"
#include "gateway/base/err.h"
#include "gateway/wire/lab_protocol.h"

#define DESK_CLIENTS 8
#define DESK_FDS     (1 + DESK_CLIENTS)

struct desk_client {
	int fd;		  /* -1: free */
	int64_t since_ms; /* of its coming; without a request it must go */
	uint32_t serial;  /* of its request; 0: none was read */
	enum lab_wish wish;
};

struct desk {
	int listener; /* -1 before desk_open() */
	uid_t user;   /* who may ask, beside root */
	uint32_t serials;
	struct desk_client client[DESK_CLIENTS];
	struct bucket knocks;
};

void desk_init(struct desk *d);

/* Listen.  Before any process of the student's is started. */
int desk_open(struct desk *d, uid_t user, struct err *e);

/* What to poll for, and for how long at most (milliseconds, -1 for ever). */
void desk_wants(const struct desk *d, struct pollfd fds[DESK_FDS]);
int desk_timeout(const struct desk *d, int64_t now_ms);

/* After each poll: take clients in, and let go of who says nothing, says
 * something odd or has left; gone() is told of those that had asked. */
struct desk_hears {
	void *self;
	void (*asked)(void *self, struct desk_client *c);
	void (*gone)(void *self, const struct desk_client *c);
};
void desk_serve(struct desk *d, const struct pollfd fds[DESK_FDS],
    int64_t now_ms, const struct desk_hears *to);

/* True, with *wish, when these bytes are a whole request. */
bool desk_read_request(const void *bytes, size_t size, enum lab_wish *wish);

/* Who asked as serial; NULL when it has left. */
struct desk_client *desk_find(struct desk *d, uint32_t serial);

/* Say all of it; that is the end of the client. */
void desk_answer(struct desk_client *c, enum lab_status status,
    const char *text);

#endif
