/*
 * played_monitor.h - a monitor with one lab, and sessions whose end of the link
 * the test holds: what a student is told is read there.
 */
#ifndef ATOLL_TESTS_UNIT_PLAYED_MONITOR_H
#define ATOLL_TESTS_UNIT_PLAYED_MONITOR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/monitor/monitor.h"

#define PLAYED_MAX 8 /* connections */

struct played {
	struct monitor m;
	struct config config;
	struct lab lab; /* c101 */
	int session[PLAYED_MAX];
	unsigned count;
};

static link_handler *const played_handlers[MSG_COUNT];

static const struct link_kind played_session = { .peer = SESSION,
	.queue_max = LINK_QUEUE_SESSION,
	.handlers = played_handlers };

static inline void
played_conn_ends(struct conn *c)
{
	fail_msg("connection %u took a step that there is not", c->id);
}

static inline void
played_seat_ends(struct seat *s)
{
	fail_msg("seat %u took a step that there is not", s->sandbox);
}

static inline int
played_begin(void **state)
{
	static const struct registry_ends ends = { played_conn_ends,
		played_seat_ends };
	struct played *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	assert_int_equal(uv_loop_init(&p->m.loop), 0);
	registry_init(&p->m.registry, &ends);
	p->lab.name = "c101";
	p->lab.setup = "";
	p->config.labs = &p->lab;
	p->config.lab_count = 1;
	p->config.sandboxes_max = 2;
	p->m.config = &p->config;
	*state = p;
	return 0;
}

static inline int
played_end(void **state)
{
	struct played *p = *state;
	struct registry *r = &p->m.registry;
	struct conn *c;

	while ((c = TAILQ_FIRST(&r->conns)) != NULL) {
		link_forget(c->link);
		conn_detach(c);
		conn_remove(r, c);
	}
	while (!TAILQ_EMPTY(&r->seats))
		seat_remove(r, TAILQ_FIRST(&r->seats));
	uv_run(&p->m.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&p->m.loop), 0);
	for (unsigned i = 0; i < p->count; i++)
		close(p->session[i]);
	free(p);
	return 0;
}

/* Through every state on the way there. */
static inline void
played_seat_at(struct registry *r, struct seat *s, enum seat_state at)
{
	static const enum seat_state before[SEAT_STATES] = {
		[SEAT_BUILDING] = SEAT_QUEUED,
		[SEAT_LIVE] = SEAT_BUILDING,
		[SEAT_LINGERING] = SEAT_LIVE,
		[SEAT_ENDING] = SEAT_BUILDING,
	};

	if (s->state == at)
		return;
	played_seat_at(r, s, before[at]);
	seat_step(r, s, at);
}

/* A seat in that lab, in this state, whatever was before. */
static inline struct seat *
played_seat(struct played *p, const char *account, const char *lab,
    enum seat_state at)
{
	struct seat *s = seat_add(&p->m.registry, account, lab);

	assert_non_null(s);
	s->monitor = &p->m;
	s->left_told = INT64_MAX;
	played_seat_at(&p->m.registry, s, at);
	return s;
}

/* A connection on it; *session is the place of the other end of its link. */
static inline struct conn *
played_conn(struct played *p, struct seat *s, enum conn_state at,
    unsigned *session)
{
	static const struct address somewhere = { .text = "192.0.2.1" };
	struct conn *c = conn_add(&p->m.registry, &somewhere);
	struct err e;
	int ends[2];

	assert_non_null(c);
	assert_true(p->count < PLAYED_MAX);
	assert_int_equal(chan_pair(ends, &e), 0);
	assert_int_equal(chan_nonblock(ends[0], &e), 0);
	assert_int_equal(chan_nonblock(ends[1], &e), 0);
	c->monitor = &p->m;
	c->link = link_open(&p->m.loop, ends[0], &played_session, c, &e);
	assert_non_null(c->link);
	conn_attach(c, s);
	c->state = at;
	*session = p->count++;
	p->session[*session] = ends[1];
	return c;
}

/* The session's next message; false when there is none. */
static inline bool
played_hears(const struct played *p, unsigned session, struct msg *m)
{
	const struct chan c = { p->session[session], SESSION, MONITOR };
	enum chan_got got;
	struct err e;

	got = chan_recv(&c, m, &e);
	assert_true(got == CHAN_MESSAGE || got == CHAN_EMPTY);
	return got == CHAN_MESSAGE;
}

/* text NULL: nothing is told. */
static inline void
expect_notice(const struct played *p, unsigned session, const char *text)
{
	struct msg m;
	bool told = played_hears(p, session, &m);

	if (text == NULL) {
		assert_false(told);
		return;
	}
	assert_true(told);
	assert_int_equal(m.type, MSG_NOTICE);
	assert_string_equal(m.notice.text, text);
}

/* A signer has one host key, and is ready. */
static inline void
played_signer(int fd)
{
	const struct chan signer = { fd, SIGNER, MONITOR };
	struct err e;
	struct msg m;

	assert_int_equal(chan_hello(&signer, &e), 0);
	MSG_NEW(&m, HOST_KEY, host_key);
	m.host_key.key = "ssh-ed25519 AAAA";
	assert_int_equal(chan_send(&signer, &m, &e), 0);
	MSG_NEW(&m, SIGNER_READY, signer_ready);
	assert_int_equal(chan_send(&signer, &m, &e), 0);
}

/* The builder is asked for signers and then for a zygote, and starts them. */
struct played_programs {
	int signers[64];
	unsigned count;
	int zygote; /* its end of the link */
};

static inline void
played_start(struct played_programs *p, uv_loop_t *loop, int builder)
{
	const struct chan c = { builder, BUILDER, MONITOR };
	struct chan zygote = { -1, ZYGOTE, MONITOR };
	struct err e;
	struct msg m;

	p->count = 0;
	for (;;) {
		assert_int_equal(chan_recv(&c, &m, &e), CHAN_MESSAGE);
		assert_int_equal(m.type, MSG_ZYGOTE_START);
		if (m.zygote_start.program != JAILED_SIGNER)
			break;
		p->signers[p->count++] = m.fd[0];
		played_signer(m.fd[0]);
		uv_run(loop, UV_RUN_NOWAIT);
	}
	zygote.fd = p->zygote = m.fd[0];
	assert_int_equal(chan_hello(&zygote, &e), 0);
}

static inline void
played_programs_end(const struct played_programs *p)
{
	for (unsigned i = 0; i < p->count; i++)
		close(p->signers[i]);
	close(p->zygote);
}

#endif
