/* keys.c - asking keys_command. */
#include "gateway/monitor/links/keys.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/scope.h"

#define FIXED_ARGS 3

#define PAUSE_MS     1000U
#define PAUSE_MAX_MS 60000U

struct keys {
	struct link *starter;	   /* owned; NULL once it is lost */
	struct link *worker;	   /* owned; NULL while there is none */
	bool is_ready;		   /* it may be asked */
	uint32_t started;	   /* workers, ever */
	uint64_t born_ms, next_ms; /* uv_now() of this one, and the next */
	unsigned pause_ms;	   /* before the next; 0: none was lost yet */
};

/* In the child: nothing that was read before, such as password hashes, is in
 * the new program's memory. */
static int
exec_helper(const void *arg)
{
	const struct config *c = arg;
	const char *args[FIXED_ARGS + STRINGS_MAX + 1] = { "atoll-keys",
		c->keys_command_user };
	char seconds[24], program[PATH_SIZE + 16];
	struct log_environment environment;

	snprintf(seconds, sizeof(seconds), "%" PRId64, c->keys_command_timeout);
	args[FIXED_ARGS - 1] = seconds;
	for (size_t i = 0; i < c->keys_command.count; i++)
		args[FIXED_ARGS + i] = c->keys_command.at[i];
	snprintf(program, sizeof(program), "%s/atoll-keys", c->libexec_dir);
	log_environment_fill(&environment);
	execve(program, (char *const *)(uintptr_t)args, environment.list);
	log_error(NULL, "cannot run %s: %s", program, strerror(errno));
	return 127;
}

int
keys_spawn(const struct config *c, int *fd, struct err *e)
{
	CLOSES int theirs = -1;
	CLOSES int ours = -1;

	*fd = -1;
	if (c->keys_command.count == 0)
		return 0;
	if (chan_link(&ours, &theirs, e) == -1)
		return -1;
	if (child_start(exec_helper, c, &theirs, 1) == -1)
		return err_set(e, errno, "start the process of keys_command");
	*fd = take_fd(&ours);
	return 0;
}

/* When the next worker may start.  One that has lived for longer than the
 * longest pause was lost by chance, and the pauses begin anew; a command that
 * breaks each at once must not have a process made every second. */
static void
plan_next(struct keys *k, uint64_t now)
{
	bool was_steady = now - k->born_ms > PAUSE_MAX_MS;

	k->pause_ms =
	    was_steady || k->pause_ms == 0 ? PAUSE_MS : 2 * k->pause_ms;
	if (k->pause_ms > PAUSE_MAX_MS)
		k->pause_ms = PAUSE_MAX_MS;
	k->next_ms = now + k->pause_ms;
}

void
keys_worker_ready(struct monitor *m)
{
	if (!m->keys->is_ready)
		log_info(NULL, "started a process of keys_command");
	m->keys->is_ready = true;
}

void
keys_worker_closed(void *self, const char *why)
{
	struct monitor *m = self;
	struct keys *k = m->keys;

	k->worker = NULL;
	k->is_ready = false;
	if (m->phase == STOPPING)
		return;
	metrics_lost(&m->metrics, LOST_KEYS);
	plan_next(k, uv_now(&m->loop));
	if (k->starter != NULL)
		log_error(NULL,
		    "lost the process of keys_command: %s; another starts in"
		    " %u s",
		    why, k->pause_ms / 1000);
	else
		log_error(NULL,
		    "lost the process of keys_command: %s; restart atolld to"
		    " have it again",
		    why);
}

void
keys_starter_closed(void *self, const char *why)
{
	struct monitor *m = self;

	m->keys->starter = NULL;
	if (m->phase != STOPPING)
		log_error(NULL,
		    "lost the process that starts keys_command's: %s; until you"
		    " restart atolld only listed keys and passwords let in",
		    why);
}

static int
start_worker(struct monitor *m, struct err *e)
{
	struct keys *k = m->keys;
	CLOSES int theirs = -1;
	struct msg msg;
	int ours;

	if (chan_link(&ours, &theirs, e) == -1)
		return -1;
	k->worker = link_open(&m->loop, ours, m->routes->keys_worker, m, e);
	if (k->worker == NULL)
		return -1;
	k->born_ms = uv_now(&m->loop);
	MSG_NEW(&msg, KEYS_START, keys_start);
	msg.serial = ++k->started;
	msg.fd[0] = theirs;
	if (link_pass(k->starter, &msg, e) == -1) {
		link_close(k->worker, e->text);
		return -1;
	}
	return 0;
}

int
keys_attach(struct monitor *m, int fd, struct err *e)
{
	if (fd == -1)
		return 0;
	m->keys = calloc(1, sizeof(*m->keys));
	if (m->keys == NULL)
		return err_set(e, ENOMEM, "keys_command");
	m->keys->is_ready = true; /* the first login may be waited for */
	m->keys->starter =
	    link_open(&m->loop, fd, m->routes->keys_starter, m, e);
	return m->keys->starter == NULL ? -1 : start_worker(m, e);
}

void
keys_tick(struct monitor *m)
{
	struct keys *k = m->keys;
	uint64_t now = uv_now(&m->loop);
	struct err e = { 0 };

	if (k == NULL || k->worker != NULL || k->starter == NULL ||
	    now < k->next_ms)
		return;
	if (start_worker(m, &e) == 0)
		return;
	plan_next(k, now);
	log_error(NULL, "cannot start a process of keys_command: %s", e.text);
}

bool
keys_ask(struct conn *c, const char *account, const char *key,
    link_reply *on_reply)
{
	const struct keys *k = c->monitor->keys;
	struct err e;
	struct msg m;

	if (k == NULL || k->worker == NULL || !k->is_ready)
		return false;
	MSG_NEW(&m, KEYS_ASK, keys_ask);
	text_copy(m.keys_ask.account, NAME_SIZE, account);
	m.keys_ask.key = key;
	if (link_call(k->worker, &m, on_reply, c, &e) == -1)
		return false;
	return true;
}

void
keys_cancel(const struct conn *c)
{
	const struct keys *k = c->monitor->keys;

	if (k != NULL && k->worker != NULL)
		link_cancel(k->worker, c);
}

int
keys_starter_fd(const struct monitor *m)
{
	const struct keys *k = m->keys;

	return k == NULL || k->starter == NULL ? -1 : link_fd(k->starter);
}

bool
keys_are_quiet(const struct monitor *m)
{
	const struct keys *k = m->keys;

	return k == NULL ||
	       ((k->starter == NULL || link_is_quiet(k->starter)) &&
		   (k->worker == NULL || link_is_quiet(k->worker)));
}

void
keys_close(struct monitor *m)
{
	const struct keys *k = m->keys;

	if (k != NULL && k->worker != NULL)
		link_close(k->worker, "stopping");
	if (k != NULL && k->starter != NULL)
		link_close(k->starter, "stopping");
}
