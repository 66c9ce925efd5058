/* session.c - the session: has init run what the student asks for. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "tests/sandbox/peers.h"

struct chan
introduce(struct fixture *f, int init)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	struct chan to_init = { init, MONITOR, INIT };
	struct err e;
	int ends[2];

	assert_int_equal(chan_pair(ends, &e), 0);
	setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	MSG_NEW(&f->out, INTRODUCE, introduce);
	f->out.introduce.connection = 1;
	f->out.fd[0] = ends[1];
	say(&to_init, &f->out);
	return (struct chan){ ends[0], SESSION, INIT };
}

void
ask_spawn(struct fixture *f, const struct chan *c, enum spawn_kind kind,
    bool pty, const char *command)
{
	char room[64];

	MSG_NEW(&f->out, SPAWN, spawn);
	f->out.serial = 1;
	f->out.spawn.kind = kind;
	f->out.spawn.pty = pty;
	f->out.spawn.rows = 24;
	f->out.spawn.cols = 80;
	f->out.spawn.environment = strings_in(room, sizeof(room));
	strings_add(&f->out.spawn.environment, "TERM=xterm");
	strings_add(&f->out.spawn.environment, "LD_PRELOAD=/tmp/evil.so");
	f->out.spawn.command = command;
	say(c, &f->out);
}

void
read_all(int fd, struct result *r)
{
	size_t used = strlen(r->text);
	ssize_t n;

	while ((n = read(fd, r->text + used, sizeof(r->text) - 1 - used)) > 0)
		used += (size_t)n;
	r->text[used] = '\0';
}

void
await_exit(struct fixture *f, const struct chan *c, struct result *r)
{
	struct err e = { 0 };

	assert_int_equal(chan_recv(c, &f->in, &e), CHAN_MESSAGE);
	assert_int_equal(f->in.type, MSG_EXITED);
	r->status = f->in.exited.status;
	r->signal = f->in.exited.signal;
}

struct result *
run(struct fixture *f, const struct chan *c, const char *command)
{
	static struct result r;
	struct err e = { 0 };
	int fd[3];

	r = (struct result){ 0 };
	ask_spawn(f, c, SPAWN_EXEC, false, command);
	assert_int_equal(chan_recv(c, &f->in, &e), CHAN_MESSAGE);
	if (f->in.type == MSG_SPAWN_FAILED) {
		strcpy(r.reason, f->in.spawn_failed.reason);
		return &r;
	}
	assert_int_equal(f->in.type, MSG_SPAWNED_PIPES);
	for (int i = 0; i < 3; i++)
		fd[i] = take_fd(&f->in.fd[i]);
	close(fd[0]);
	read_all(fd[1], &r);
	read_all(fd[2], &r);
	close(fd[1]);
	close(fd[2]);
	await_exit(f, c, &r);
	return &r;
}

struct result *
run_in(struct fixture *f, const char *lab, const char *command)
{
	int init = build(f, lab);
	struct chan c = introduce(f, init);
	struct result *r = run(f, &c, command);

	close(c.fd);
	close(init); /* the lifeline: the sandbox ends */
	while (next(f) == MSG_LIMIT_HIT)
		continue;
	assert_int_equal(f->in.type, MSG_ENDED);
	return r;
}
