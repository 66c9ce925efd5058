/* keys.c - asking keys_command. */
#include "gateway/monitor/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/monitor/login.h"
#include "gateway/shared/scope.h"

#define HELPER_LINK 3 /* a descriptor of the new program */
#define FIXED_ARGS  6

/* In the child: this program anew, so that nothing that was read before, such
 * as password hashes, is in its memory. */
static _Noreturn void
exec_helper(const struct config *c, int link)
{
	const char *args[FIXED_ARGS + STRINGS_MAX + 1] = { "atoll-keys", "-K",
		"3", "--", c->keys_command_user };
	char seconds[24], self[PATH_SIZE] = "";
	char *const environment[] = { NULL };

	snprintf(seconds, sizeof(seconds), "%" PRId64, c->keys_command_timeout);
	args[FIXED_ARGS - 1] = seconds;
	for (size_t i = 0; i < c->keys_command.count; i++)
		args[FIXED_ARGS + i] = c->keys_command.at[i];
	if (dup2(link, HELPER_LINK) == -1 ||
	    fcntl(HELPER_LINK, F_SETFD, 0) == -1 ||
	    readlink("/proc/self/exe", self, sizeof(self) - 1) == -1)
		_exit(127);
	execve(self, (char *const *)(uintptr_t)args, environment);
	log_error(NULL, "cannot run %s: %s", self, strerror(errno));
	_exit(127);
}

int
keys_spawn(const struct config *c, int *fd, struct err *e)
{
	CLOSES int theirs = -1;
	CLOSES int ours = -1;
	int ends[2];
	pid_t pid;

	*fd = -1;
	if (c->keys_command.count == 0)
		return 0;
	if (chan_pair(ends, e) == -1)
		return -1;
	ours = ends[0];
	theirs = ends[1];
	if (chan_nonblock(ours, e) == -1)
		return -1;
	pid = fork();
	if (pid == -1)
		return err_set(e, errno, "fork");
	if (pid == 0)
		exec_helper(c, theirs);
	*fd = take_fd(&ours);
	return 0;
}

static void
on_message(void *self, struct msg *msg)
{
	const struct msg_keys_said *said = &msg->keys_said;
	struct monitor *m = self;
	struct conn *c = conn_by_id(&m->registry, said->serial);

	if (c == NULL)
		return; /* left meanwhile */
	if (said->reason[0] != '\0')
		log_warn(&c->tag, "keys_command reason=%s", said->reason);
	login_keys_said(c, said->found != 0);
}

static void
on_closed(void *self, const char *why)
{
	struct monitor *m = self;
	struct conn *c;

	m->keys = NULL;
	if (m->phase == STOPPING)
		return;
	log_error(NULL,
	    "lost the process of keys_command: %s; restart to have"
	    " it again",
	    why);
	TAILQ_FOREACH(c, &m->registry.conns, all)
	login_keys_said(c, false);
}

int
keys_attach(struct monitor *m, int fd, struct err *e)
{
	struct link_owner owner = { .self = m,
		.on_message = on_message,
		.on_closed = on_closed };

	if (fd == -1)
		return 0;
	m->keys = link_open(&m->loop, fd, KEYS, LINK_QUEUE_TRUSTED, &owner, e);
	return m->keys == NULL ? -1 : 0;
}

bool
keys_ask(struct conn *c, const char *account, const char *key)
{
	struct msg m;

	if (c->monitor->keys == NULL)
		return false;
	MSG_NEW(&m, KEYS_ASK, keys_ask);
	m.keys_ask.serial = c->id;
	text_copy(m.keys_ask.account, NAME_SIZE, account);
	text_copy(m.keys_ask.key, LINE_SIZE, key);
	link_send(c->monitor->keys, &m);
	return true;
}

void
keys_close(struct monitor *m)
{
	if (m->keys != NULL)
		link_close(m->keys, "stopping");
}
