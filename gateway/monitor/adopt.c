/* adopt.c - what a monitor that crashed has left. */
#include "gateway/monitor/adopt.h"

#include <errno.h>
#include <string.h>

#include "gateway/base/scope.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/links/zygote_link.h"
#include "gateway/monitor/seats/ending.h"

/* It was valid when it came into force, and is of this build. */
static int
take_config(struct monitor *m, const char *file, int fd, struct err *e)
{
	FREES char *text = config_read_fd(fd);
	struct diagnostics out;

	diagnostics_init(&out);
	m->config = text == NULL ? NULL : config_parse(text, &out);
	diagnostics_log(&out);
	diagnostics_free(&out);
	if (m->config == NULL)
		return err_set(e, EBADMSG, "the configuration in force");
	m->config->file = arena_text(&m->config->arena, file);
	return 0;
}

/* Seats in the state that all of them have; NULL without memory. */
static struct seat *
add(struct monitor *m, const char *account, const char *lab, uint32_t sandbox,
    uint64_t since)
{
	struct seat *s =
	    seat_restore(&m->registry, account, lab, sandbox, SEAT_LINGERING);

	if (s == NULL)
		return NULL;
	s->monitor = m;
	s->since = since;
	s->left_told = INT64_MAX;
	return s;
}

static int
take_live(struct monitor *m, struct msg *msg, struct err *e)
{
	const struct msg_live *l = &msg->live;
	struct seat *s = add(m, l->account, l->lab, l->sandbox, l->since);

	if (s == NULL)
		return err_set(e, ENOMEM, "sandboxes");
	if (address_parse(&s->first_peer, l->address, (uint16_t)l->port) == -1)
		return err_set(e, EBADMSG, "address of sandbox %u", l->sandbox);
	text_copy(s->image, sizeof(s->image), l->image);
	text_copy(s->sha256, sizeof(s->sha256), l->sha256);
	s->asked_ms = l->asked_ms;
	s->built_ms = l->built_ms;
	s->lingers_ms = s->typed_ms = uv_now(&m->loop);
	s->linger = (int64_t)l->linger;
	s->waits = s->linger > 0 ? s->linger : ADOPTED_SECONDS;
	s->reattach = l->reattach != 0;
	s->time_limit = (int64_t)l->time_limit;
	s->memory_max = (int64_t)l->memory_max;
	s->pids_max = (int64_t)l->pids_max;
	s->restraint = l->restraint;
	seat_set_places(&m->registry, s, l->machines);
	seat_fill_words(s);
	if (chan_nonblock(msg->fd[0], e) == -1)
		return -1;
	s->init =
	    link_open(&m->loop, take_fd(&msg->fd[0]), m->routes->init, s, e);
	return s->init == NULL ? -1 : 0;
}

/* Its place is taken until the builder says ENDED. */
static int
take_going(struct monitor *m, const struct msg_going *g, struct err *e)
{
	struct seat *s = add(m, g->account, g->lab, g->sandbox, g->since);

	if (s == NULL)
		return err_set(e, ENOMEM, "sandboxes");
	seat_set_places(&m->registry, s, g->machines);
	seat_step(&m->registry, s, SEAT_ENDING);
	return 0;
}

static void
take_head(struct monitor *m, const struct msg_lives *l)
{
	m->builder_ready = l->has_plans != 0;
	m->is_upgraded = l->has_plans == 0;
	m->loaded = l->loaded;
	text_copy(m->cgroup_mode, sizeof(m->cgroup_mode), l->cgroup);
	m->registry.next_sandbox = l->last_sandbox + 1;
	if (l->draining != 0)
		drain_restore(&m->drain, l->drain_ends_ms);
}

/* What was for the monitor before, or came before we asked, is dropped. */
static int
take_row(struct monitor *m, const struct chan *builder, const char *file,
    struct msg *msg, struct err *e)
{
	switch (msg->type) {
	case MSG_HELLO:
		return chan_check_hello(builder, msg, e);
	case MSG_LIVES:
		take_head(m, &msg->lives);
		return 0;
	case MSG_RUNNING:
		return take_config(m, file, msg->fd[0], e);
	case MSG_LIVE:
		return take_live(m, msg, e);
	case MSG_GOING:
		return take_going(m, &msg->going, e);
	default:
		return 0;
	}
}

int
adopt(struct monitor *m, const char *file, int builder, struct err *e)
{
	const struct chan c = { builder, MONITOR, BUILDER };
	struct msg msg;
	int rc = 0;

	MSG_NEW(&msg, LIVES_GET, lives_get);
	if (chan_hello(&c, e) == -1 || chan_send(&c, &msg, e) == -1)
		return err_wrap(e, "the builder");
	while (rc == 0) {
		enum chan_got got = chan_recv(&c, &msg, e);

		if (got == CHAN_BROKEN)
			return err_wrap(e, "the builder");
		if (got != CHAN_MESSAGE)
			return err_set(e, EPIPE, "the builder");
		if (msg.type == MSG_LIVES_END)
			return chan_nonblock(builder, e);
		rc = take_row(m, &c, file, &msg, e);
		msg_close(&msg);
	}
	return -1;
}

/* An account without a name was one connection's, and one that is gone is
 * nobody's. */
static bool
has_owner(struct monitor *m, const struct seat *s)
{
	return !policy_is_anonymous(s->account) &&
	       accounts_find(m, s->account) != NULL;
}

void
adopt_settle(struct monitor *m)
{
	struct seat *s;

	log_warn(NULL, "the monitor goes on after a crash sandboxes=%u",
	    m->registry.running);
	TAILQ_FOREACH(s, &m->registry.seats, all) {
		if (s->state != SEAT_LINGERING || has_owner(m, s))
			continue;
		s->is_disowned = true;
		ending_demolish(m, s);
	}
	if (!m->builder_ready)
		return; /* a load comes first */
	accounts_compare(m);
	zygote_renew(m);
}
