/*
 * lab_requests.h - requests of the student's lab program, and what answers
 * them: the check is run here, the rest is for the monitor.
 */
#ifndef ATOLL_INIT_LAB_REQUESTS_H
#define ATOLL_INIT_LAB_REQUESTS_H

#include <poll.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "gateway/base/bucket.h"
#include "gateway/wire/chan.h"
#include "sandbox/init/capture.h"
#include "sandbox/init/lab_socket.h"
#include "sandbox/init/program.h"
#include "sandbox/init/walk.h"

#define LAB_REQUESTS_FDS (LAB_SOCKET_FDS + 1)

struct lab_requests {
	struct lab_socket socket;
	/* Answers those about terminals, which are of parts above this one. */
	void (*on_terminals)(void *init, struct lab_client *c);
	void *init;
	const struct msg_init_plan *plan;
	const struct chan *monitor;
	/* The check that runs, and who waits for it. */
	struct program_run check;
	uint32_t check_serial; /* 0: nobody, or none runs */
	uint32_t start_serial; /* of the CHECK_START that had it run; or 0 */
	uint64_t check_us;     /* of the processor, that the last one took */
	/* activity_mark() and started as the last CHECK_START found them. */
	uint64_t mark;
	uint32_t started, started_then;
	int64_t check_began_ms;
	struct bucket checks;
	struct capture capture;
	struct walk walk;
	/* When the step is checked without being asked; INT64_MAX: not now. */
	int64_t look_ms;
};

void lab_requests_init(struct lab_requests *w);

/* Listen.  What is passed outlives w. */
int lab_requests_open(struct lab_requests *w, const struct msg_init_plan *plan,
    const struct chan *monitor, struct err *e);

/* Who answers what is asked about terminals. */
void lab_requests_hear(struct lab_requests *w,
    void (*on_terminals)(void *init, struct lab_client *c), void *init);

void lab_requests_wants(const struct lab_requests *w,
    struct pollfd fds[LAB_REQUESTS_FDS]);
int lab_requests_timeout(const struct lab_requests *w);
void lab_requests_serve(struct lab_requests *w,
    const struct pollfd fds[LAB_REQUESTS_FDS]);

/* The monitor's answer. */
void lab_requests_told(struct lab_requests *w, const struct msg *m);

/* Somebody is connected, or nobody is. */
void lab_requests_attend(struct lab_requests *w, bool is_attended);

/* The student starts something, on a terminal or without. */
void lab_requests_active(struct lab_requests *w);

/* CHECK_START.  Nothing runs where nobody is there, or has done anything, unless it is the
 * last. */
void lab_requests_check(struct lab_requests *w, uint32_t serial,
    bool is_attended, bool is_last);

/* A process was reaped; perhaps the check, or a capture. */
void lab_requests_reaped(struct lab_requests *w, pid_t pid, int status,
    const struct rusage *used);

#endif
