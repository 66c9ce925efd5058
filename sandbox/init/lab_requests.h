/*
 * lab_requests.h - what the student's lab program wants, and who does it: the check
 * is run here, the rest is the monitor's.
 */
#ifndef ATOLL_INIT_LAB_REQUESTS_H
#define ATOLL_INIT_LAB_REQUESTS_H

#include <poll.h>
#include <sys/types.h>

#include "gateway/base/bucket.h"
#include "gateway/wire/chan.h"
#include "sandbox/init/lab_socket.h"
#include "sandbox/init/program.h"

#define WISHES_FDS (DESK_FDS + 1)

struct wishes {
	struct desk desk;
	const struct msg_init_plan *plan;
	const struct chan *monitor;
	struct msg *out; /* to be filled and sent to the monitor */
	/* The check that runs, and who waits for it. */
	struct program_run check;
	uint32_t check_serial; /* 0: none runs */
	struct bucket checks;
};

void wishes_init(struct wishes *w);

/* Listen.  What is passed outlives w; out is scratch of its caller's. */
int wishes_open(struct wishes *w, const struct msg_init_plan *plan,
    const struct chan *monitor, struct msg *out, struct err *e);

void wishes_wants(const struct wishes *w, struct pollfd fds[WISHES_FDS]);
int wishes_timeout(const struct wishes *w);
void wishes_serve(struct wishes *w, const struct pollfd fds[WISHES_FDS]);

/* The monitor's answer. */
void wishes_told(struct wishes *w, const struct msg *m);

/* Somebody died; perhaps the check. */
void wishes_reaped(struct wishes *w, pid_t pid, int status);

#endif
