/*
 * init.c - in the place of atoll-init: breaks its word as the lab says.
 *
 * ATTACK=WORD in the lab's environment names a row of attacks[]; without it
 * this is atoll-init.  Static, like it.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/screen/snapshot_process.h"
#include "gateway/wire/chan.h"
#include "gateway/wire/lab_protocol.h"
#include "gateway/wire/lasting.h"
#include "sandbox/init/events.h"
#include "sandbox/init/startup.h"

#define LINK_FD 3

static struct msg m;

static const struct chan to_builder = { LINK_FD, INIT, BUILDER };

static void
send_bytes(int fd, const void *bytes, size_t size)
{
	send(fd, bytes, size, MSG_NOSIGNAL);
}

/* A message that only another process may send. */
static void
send_as(int fd, enum role self, enum role peer)
{
	struct chan c = { fd, self, peer };
	struct err e;

	chan_send(&c, &m, &e);
}

static void
say_ready(void)
{
	struct err e;

	MSG_NEW(&m, READY, ready);
	m.ready.protocol = LASTING_INIT;
	chan_send(&to_builder, &m, &e);
}

/* --- to the builder, instead of READY ----------------------------------- */

static void
garbage(int fd)
{
	send_bytes(fd, "\xff\xff\xff\xffgarbage", 11);
}

static void
another_build(int fd)
{
	(void)fd;
	MSG_NEW(&m, READY, ready);
	m.ready.protocol = LASTING_INIT_OLDEST - 1;
	send_as(fd, INIT, BUILDER);
}

static void
wrong_side(int fd)
{
	MSG_NEW(&m, BUILD, build);
	m.build.sandbox = 1;
	strcpy(m.build.account, "alice");
	strcpy(m.build.lab, "honest");
	send_as(fd, MONITOR, BUILDER);
}

static void
descriptors(int fd)
{
	MSG_NEW(&m, SPAWNED_PIPES, spawned_pipes);
	m.fd[0] = m.fd[1] = m.fd[2] = fd;
	send_as(fd, INIT, SESSION);
}

static void
at_once(int fd)
{
	(void)fd;
	_exit(3);
}

/* --- to the monitor, after READY ---------------------------------------- */

static void
hello(int fd)
{
	for (int i = 0; i < 10000; i++) {
		MSG_NEW(&m, HELLO, hello);
		m.hello.protocol = LASTING_INIT;
		send_as(fd, INIT, MONITOR);
	}
}

/* More results than an honest init lets come about. */
static void
results(int fd)
{
	for (uint32_t i = 0; i < 10000; i++) {
		MSG_NEW(&m, CHECKED, checked);
		m.checked.points = m.checked.most = 1;
		send_as(fd, INIT, MONITOR);
	}
}

static void
too_many_points(int fd)
{
	MSG_NEW(&m, CHECKED, checked);
	m.checked.points = 2;
	m.checked.most = 1;
	send_as(fd, INIT, MONITOR);
}

/* A step that is there twice; and one that has a control character. */
static void
odd_steps(int fd)
{
	static const char *const odd[] = { "1/1 a", "1/1 a", "1/1 \033[2J" };
	char room[64];

	for (size_t i = 0; i < 2; i++) {
		MSG_NEW(&m, CHECKED, checked);
		m.checked.points = m.checked.most = 1;
		m.checked.steps = strings_in(room, sizeof(room));
		strings_add(&m.checked.steps, odd[2 * i]);
		strings_add(&m.checked.steps, odd[1]);
		send_as(fd, INIT, MONITOR);
	}
}

static void
odd_request(int fd)
{
	MSG_NEW(&m, LAB_ASK, lab_ask);
	m.lab_ask.command = LAB_COMMAND_CHECK; /* what init does by itself */
	send_as(fd, INIT, MONITOR);
}

static void
requests(int fd)
{
	for (uint32_t i = 0; i < 10000; i++) {
		MSG_NEW(&m, LAB_ASK, lab_ask);
		m.serial = i;
		send_as(fd, INIT, MONITOR);
	}
}

/* --- to a session that asked to SPAWN ----------------------------------- */

static void
failed_with_escapes(int fd)
{
	MSG_NEW(&m, SPAWN_FAILED, spawn_failed);
	m.serial = 1;
	strcpy(m.spawn_failed.reason, "no\x1b[2Jsuch\x07thing");
	send_as(fd, INIT, SESSION);
}

static void
files_for_pipes(int fd)
{
	MSG_NEW(&m, SPAWNED_PIPES, spawned_pipes);
	m.serial = 1;
	for (int i = 0; i < 3; i++)
		m.fd[i] = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	send_as(fd, INIT, SESSION);
	msg_close(&m);
}

static void
sockets_for_pipes(int fd)
{
	MSG_NEW(&m, SPAWNED_PIPES, spawned_pipes);
	m.serial = 1;
	for (int i = 0; i < 3; i++)
		m.fd[i] = socket(AF_INET, SOCK_STREAM, 0);
	send_as(fd, INIT, SESSION);
	msg_close(&m);
}

static void
null_for_pty(int fd)
{
	MSG_NEW(&m, SPAWNED_PTY, spawned_pty);
	m.serial = 1;
	m.fd[0] = open("/dev/null", O_RDWR | O_CLOEXEC);
	send_as(fd, INIT, SESSION);
	msg_close(&m);
}

static void
unasked(int fd)
{
	for (uint32_t i = 2; i < 1000; i++) {
		MSG_NEW(&m, EXITED, exited);
		m.serial = i;
		send_as(fd, INIT, SESSION);
		MSG_NEW(&m, SPAWNED_PTY, spawned_pty);
		m.serial = i;
		m.fd[0] = fd;
		send_as(fd, INIT, SESSION);
	}
	scope_close(&fd);
}

static void
endless(int fd)
{
	for (;;) {
		MSG_NEW(&m, EXITED, exited);
		m.serial = 77;
		send_as(fd, INIT, SESSION);
	}
}

static void
as_monitor(int fd)
{
	MSG_NEW(&m, SEAT_READY, seat_ready);
	strcpy(m.seat_ready.lab, "other");
	m.fd[0] = fd;
	send_as(fd, MONITOR, SESSION);
}

static void
hang_up(int fd)
{
	close(fd);
}

static const struct attack {
	const char *name;
	enum { INSTEAD_OF_READY, AFTER_READY, ON_SPAWN } when;
	void (*run)(int fd);
} attacks[] = {
	{ "garbage", INSTEAD_OF_READY, garbage },
	{ "another_build", INSTEAD_OF_READY, another_build },
	{ "wrong_side", INSTEAD_OF_READY, wrong_side },
	{ "descriptors", INSTEAD_OF_READY, descriptors },
	{ "at_once", INSTEAD_OF_READY, at_once },
	{ "monitor_garbage", AFTER_READY, garbage },
	{ "monitor_hello", AFTER_READY, hello },
	{ "monitor_wrong_side", AFTER_READY, wrong_side },
	{ "monitor_descriptors", AFTER_READY, descriptors },
	{ "monitor_hang_up", AFTER_READY, hang_up },
	{ "monitor_results", AFTER_READY, results },
	{ "monitor_points", AFTER_READY, too_many_points },
	{ "monitor_steps", AFTER_READY, odd_steps },
	{ "monitor_odd_request", AFTER_READY, odd_request },
	{ "monitor_requests", AFTER_READY, requests },
	{ "session_garbage", ON_SPAWN, garbage },
	{ "session_escapes", ON_SPAWN, failed_with_escapes },
	{ "session_files", ON_SPAWN, files_for_pipes },
	{ "session_sockets", ON_SPAWN, sockets_for_pipes },
	{ "session_null", ON_SPAWN, null_for_pty },
	{ "session_unasked", ON_SPAWN, unasked },
	{ "session_endless", ON_SPAWN, endless },
	{ "session_as_monitor", ON_SPAWN, as_monitor },
	{ "session_hang_up", ON_SPAWN, hang_up },
};

/* What the plan, which stays on the link, asks for; NULL for an honest init. */
static const struct attack *
find_attack(void)
{
	static uint8_t wire[MSG_WIRE_MAX];
	ssize_t n = recv(LINK_FD, wire, sizeof(wire), MSG_PEEK);
	struct err e;
	struct buf b;

	if (n <= 0)
		return NULL;
	buf_init(&b, wire, (size_t)n);
	if (msg_decode(&m, &b, &e) == -1 || m.type != MSG_INIT_PLAN)
		return NULL;
	for (const char *s = strings_next(&m.init_plan.environment, NULL);
	     s != NULL; s = strings_next(&m.init_plan.environment, s)) {
		for (size_t i = 0; i < sizeof(attacks) / sizeof(*attacks);
		     i++) {
			if (strncmp(s, "ATTACK=", 7) == 0 &&
			    strcmp(s + 7, attacks[i].name) == 0)
				return &attacks[i];
		}
	}
	return NULL;
}

/* The next session's link. */
static int
await_introduction(void)
{
	struct chan c = { LINK_FD, INIT, MONITOR };
	struct err e;

	while (chan_recv(&c, &m, &e) == CHAN_MESSAGE) {
		if (m.type == MSG_INTRODUCE)
			return take_fd(&m.fd[0]);
		msg_close(&m);
	}
	_exit(0);
}

static void
await_spawn(int fd)
{
	struct chan c = { fd, INIT, SESSION };
	struct err e;

	while (chan_recv(&c, &m, &e) == CHAN_MESSAGE && m.type != MSG_SPAWN)
		msg_close(&m);
}

static _Noreturn void
run(const struct attack *a)
{
	struct chan c = { LINK_FD, INIT, BUILDER };
	struct err e;

	chan_recv(&c, &m, &e); /* the plan */
	if (a->when == INSTEAD_OF_READY) {
		a->run(LINK_FD);
		for (;;)
			pause();
	}
	say_ready();
	for (;;) {
		int fd =
		    a->when == AFTER_READY ? LINK_FD : await_introduction();

		if (a->when == ON_SPAWN)
			await_spawn(fd);
		a->run(fd);
		while (a->when == AFTER_READY)
			pause();
	}
}

int
main(int argc, char **argv)
{
	if (snapshot_is_process(argc, argv))
		return snapshot_process();

	const struct attack *a = find_attack();
	struct err e = { 0 };
	struct init *in;

	if (a != NULL)
		run(a);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	umask(022);
	in = init_new(LINK_FD, &e);
	return in == NULL || init_plan_receive(in, &e) == -1 ||
	       init_setup(in, &e) == -1 || init_ready(in, &e) == -1 ||
	       init_serve(in, &e) == -1;
}
