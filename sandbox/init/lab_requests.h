/*
 * lab_requests.h - requests of the student's lab program, and what answers
 * them: the check is run here, the rest is for the monitor.
 */
#ifndef ATOLL_INIT_LAB_REQUESTS_H
#define ATOLL_INIT_LAB_REQUESTS_H

#include <poll.h>
#include <sys/types.h>

#include "gateway/base/bucket.h"
#include "gateway/wire/chan.h"
#include "sandbox/init/lab_socket.h"
#include "sandbox/init/program.h"

#define LAB_REQUESTS_FDS (LAB_SOCKET_FDS + 1)

struct lab_requests {
	struct lab_socket socket;
	const struct msg_init_plan *plan;
	const struct chan *monitor;
	/* The check that runs, and who waits for it. */
	struct program_run check;
	uint32_t check_serial; /* 0: none runs */
	struct bucket checks;
};

void lab_requests_init(struct lab_requests *w);

/* Listen.  What is passed outlives w. */
int lab_requests_open(struct lab_requests *w, const struct msg_init_plan *plan,
    const struct chan *monitor, struct err *e);

void lab_requests_wants(const struct lab_requests *w,
    struct pollfd fds[LAB_REQUESTS_FDS]);
int lab_requests_timeout(const struct lab_requests *w);
void lab_requests_serve(struct lab_requests *w,
    const struct pollfd fds[LAB_REQUESTS_FDS]);

/* The monitor's answer. */
void lab_requests_told(struct lab_requests *w, const struct msg *m);

/* A process was reaped; perhaps the check. */
void lab_requests_reaped(struct lab_requests *w, pid_t pid, int status);

#endif
