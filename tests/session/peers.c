/* peers.c - a played monitor, and how everything is started. */
#include "tests/session/peers.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/privs.h"
#include "gateway/base/scope.h"

#define SESSIONS_MAX 1024

_Noreturn void
die(const char *what)
{
	fprintf(stderr, "driver: %s: %s\n", what, strerror(errno));
	_exit(99);
}

void
say(const struct chan *c, struct msg *m)
{
	struct err e;

	chan_send(c, m, &e);
	msg_close(m);
}

/* --- the monitor -------------------------------------------------------- */

struct connection {
	struct chan session; /* fd -1: free */
	char account[NAME_SIZE];
	uint32_t number;
};

struct monitor {
	int listener;
	struct chan zygote, signer;
	char key[LINE_SIZE]; /* that may log in */
	struct connection all[SESSIONS_MAX];
	uint32_t last;
};

/* A link from the session to the signer. */
static void
introduce(struct monitor *mon, const struct connection *c)
{
	struct msg m;
	struct err e;
	int ends[2];

	if (chan_pair(ends, &e) == -1)
		die("socketpair");
	MSG_NEW(&m, SIGNER_CONNECTION, signer_connection);
	m.signer_connection.connection = c->number;
	m.fd[0] = ends[0];
	say(&mon->signer, &m);
	MSG_NEW(&m, SIGNER_LINK, signer_link);
	m.fd[0] = ends[1];
	say(&c->session, &m);
}

static void
accept_client(struct monitor *mon)
{
	struct msg m;
	struct err e;
	int ends[2];
	unsigned i = 0;

	MSG_NEW(&m, CONNECTION, connection);
	m.fd[0] = accept4(mon->listener, NULL, NULL, SOCK_CLOEXEC);
	if (m.fd[0] == -1 || chan_pair(ends, &e) == -1)
		die("accept");
	m.fd[1] = ends[1];
	m.connection.connection = ++mon->last;
	m.connection.login_grace = 8;
	m.connection.auth_tries = 3;
	m.connection.keepalive = 1;
	m.connection.keepalive_tries = 2;
	while (mon->all[i].session.fd != -1)
		i++;
	mon->all[i].session = (struct chan){ ends[0], MONITOR, SESSION };
	mon->all[i].number = mon->last;
	introduce(mon, &mon->all[i]);
	say(&mon->zygote, &m);
}

static void
answer_login(struct monitor *mon, struct connection *c, const char *account,
    const char *lab, bool allow, bool is_login)
{
	struct msg m;

	if (allow && is_login) {
		MSG_NEW(&m, SIGNER_LOGGED_IN, signer_logged_in);
		m.signer_logged_in.connection = c->number;
		say(&mon->signer, &m);
	}

	text_copy(c->account, sizeof(c->account), account);
	MSG_NEW(&m, LOGIN_ANSWER, login_answer);
	m.login_answer.allow = allow;
	strcpy(m.login_answer.account, account);
	strcpy(m.login_answer.lab, lab);
	m.login_answer.forwarding = FORWARDING_AGENT;
	say(&c->session, &m);
}

static void
answer_labs(struct connection *c)
{
	static const char *const labs[] = { "alpha", "beta" };
	unsigned count = strcmp(c->account, "none") == 0 ? 0 : 1;
	struct msg m;

	if (strcmp(c->account, "multi") == 0)
		count = 2;
	for (unsigned i = 0; i < count; i++) {
		MSG_NEW(&m, LAB, lab);
		strcpy(m.lab.lab, labs[i]);
		snprintf(m.lab.title, sizeof(m.lab.title), "The lab %s",
		    labs[i]);
		say(&c->session, &m);
	}
	MSG_NEW(&m, LABS_END, labs_end);
	m.labs_end.count = count;
	say(&c->session, &m);
}

static void
answer_seat(struct connection *c, const char *lab)
{
	struct msg m;
	struct err e;
	int ends[2];
	pid_t pid;

	if (strcmp(c->account, "queue") == 0) {
		MSG_NEW(&m, SEAT_WAIT, seat_wait);
		m.seat_wait.place = 3;
		say(&c->session, &m);
		usleep(200000);
	}
	if (strcmp(c->account, "full") == 0) {
		MSG_NEW(&m, SEAT_REFUSED, seat_refused);
		strcpy(m.seat_refused.reason, "the house is full");
		say(&c->session, &m);
		return;
	}
	if (chan_pair(ends, &e) == -1)
		die("socketpair");
	pid = fork();
	if (pid == 0 && close(ends[0]) == 0)
		play_init(ends[1], c->account);
	close(ends[1]);
	MSG_NEW(&m, SEAT_READY, seat_ready);
	m.fd[0] = ends[0];
	text_copy(m.seat_ready.lab, NAME_SIZE, lab);
	m.seat_ready.motd = "Welcome to the lab.\nBe kind.";
	say(&c->session, &m);
	if (strcmp(c->account, "bye") == 0) {
		usleep(300000);
		MSG_NEW(&m, NOTICE, notice);
		strcpy(m.notice.text, "the class is over soon");
		say(&c->session, &m);
		MSG_NEW(&m, GOODBYE, goodbye);
		strcpy(m.goodbye.text, "the class is over");
		say(&c->session, &m);
	}
}

static void
on_session(struct monitor *mon, struct connection *c)
{
	static struct msg m;
	struct err e;
	enum chan_got got = chan_recv(&c->session, &m, &e);

	if (got != CHAN_MESSAGE) {
		if (got == CHAN_BROKEN)
			fprintf(stderr, "driver: broken link: %s\n", e.text);
		scope_close(&c->session.fd);
		return;
	}
	if (m.type == MSG_LOGIN_PASSWORD)
		answer_login(mon, c, m.login_password.account,
		    m.login_password.lab,
		    m.login_password.account[0] != '\0' &&
			strcmp(m.login_password.account, "nobody") != 0 &&
			strcmp(m.login_password.password, "demo") == 0,
		    true);
	else if (m.type == MSG_LOGIN_KEY)
		answer_login(mon, c, m.login_key.account, m.login_key.lab,
		    strncmp(mon->key, m.login_key.key,
			strlen(m.login_key.key)) == 0,
		    m.login_key.signed_by_client != 0);
	else if (m.type == MSG_LOGIN_NONE)
		answer_login(mon, c, "", "", false, true);
	else if (m.type == MSG_LABS_GET)
		answer_labs(c);
	else if (m.type == MSG_SEAT_OPEN)
		answer_seat(c, m.seat_open.lab);
	else if (m.type == MSG_LOG && getenv("DRIVER_VERBOSE") != NULL)
		fprintf(stderr, "<%u> %s\n", m.log.level, m.log.text);
}

static void
on_zygote(struct monitor *mon)
{
	struct msg m;
	struct err e;

	if (chan_recv(&mon->zygote, &m, &e) != CHAN_MESSAGE)
		die("the zygote is gone");
	if (m.type == MSG_SESSION_END && getenv("DRIVER_VERBOSE") != NULL)
		fprintf(stderr, "session %u ended, status %04x\n",
		    m.session_end.connection, m.session_end.status);
}

/* What the signer says: its keys at first, for the zygote.  False when that is
 * over. */
static bool
on_signer(struct monitor *mon)
{
	struct msg m, shown;
	struct err e;

	if (chan_recv(&mon->signer, &m, &e) != CHAN_MESSAGE)
		die("the signer is gone");
	if (m.type != MSG_HOST_KEY)
		return m.type != MSG_SIGNER_READY;
	MSG_NEW(&shown, SHOW_KEY, show_key);
	shown.show_key.key = m.host_key.key;
	say(&mon->zygote, &shown);
	return true;
}

static _Noreturn void
play_monitor(struct monitor *mon)
{
	static struct pollfd fds[SESSIONS_MAX + 3];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		fds[0] = (struct pollfd){ mon->listener, POLLIN, 0 };
		fds[1] = (struct pollfd){ mon->zygote.fd, POLLIN, 0 };
		for (int i = 0; i < SESSIONS_MAX; i++)
			fds[i + 2] = (struct pollfd){ mon->all[i].session.fd,
				POLLIN, 0 };
		fds[SESSIONS_MAX + 2] =
		    (struct pollfd){ mon->signer.fd, POLLIN, 0 };
		if (poll(fds, SESSIONS_MAX + 3, -1) == -1)
			die("poll");
		for (int i = 0; i < SESSIONS_MAX; i++) {
			if (fds[i + 2].revents != 0)
				on_session(mon, &mon->all[i]);
		}
		if (fds[1].revents != 0)
			on_zygote(mon);
		if (fds[SESSIONS_MAX + 2].revents != 0)
			on_signer(mon);
		if (fds[0].revents != 0)
			accept_client(mon);
	}
}

/* --- set up ------------------------------------------------------------- */

void
shell(const char *fmt, ...)
{
	char command[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	if (system(command) != 0)
		die(command);
}

static pid_t
start_program(const char *dir, const char *name, const char *user, int link)
{
	const char *build = getenv("ATOLL_BUILD");
	char program[4096], key[4096], empty[4096], uid[16], gid[16];
	struct err e;
	uid_t u;
	gid_t g;
	pid_t pid;

	if (privs_user(user, &u, &g, &e) == -1) {
		fprintf(stderr, "driver: %s\n", e.text);
		_exit(99);
	}
	snprintf(program, sizeof(program), "%s/%s",
	    build == NULL ? "build" : build, name);
	snprintf(key, sizeof(key), "%s/host", dir);
	snprintf(empty, sizeof(empty), "%s/empty", dir);
	snprintf(uid, sizeof(uid), "%u", u);
	snprintf(gid, sizeof(gid), "%u", g);
	pid = fork();
	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (link == 3)
		fcntl(3, F_SETFD, 0);
	else
		dup2(link, 3);
	execl(program, name, "-u", uid, "-g", gid, "-e", empty,
	    strcmp(name, "atoll-signer") == 0 ? "-k" : NULL, key, NULL);
	die(program);
}

static void
listen_on_any(struct monitor *mon)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(a);
	char port[16];

	mon->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(mon->listener, (struct sockaddr *)&a, size) == -1 ||
	    listen(mon->listener, 4096) == -1 ||
	    getsockname(mon->listener, (struct sockaddr *)&a, &size) == -1)
		die("listen");
	snprintf(port, sizeof(port), "%u", ntohs(a.sin_port));
	setenv("PORT", port, 1);
}

static void
read_line(const char *dir, const char *name, char line[LINE_SIZE])
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (f == NULL || fgets(line, LINE_SIZE, f) == NULL)
		die(path);
	fclose(f);
}

pid_t
start_peers(const char *dir)
{
	static struct monitor mon;
	struct err e;
	int ends[2];
	pid_t pid;

	shell("mkdir -m 755 %s/empty && chmod 755 %s &&"
	      " ssh-keygen -q -t ed25519 -N '' -f %s/host &&"
	      " ssh-keygen -q -t ed25519 -N '' -f %s/client",
	    dir, dir, dir, dir);
	for (int i = 0; i < SESSIONS_MAX; i++)
		mon.all[i].session.fd = -1;
	read_line(dir, "client.pub", mon.key);
	listen_on_any(&mon);
	if (chan_pair(ends, &e) == -1)
		die("socketpair");
	pid = fork();
	if (pid != 0)
		return pid;
	start_program(dir, "atoll-session", "_atoll", ends[1]);
	close(ends[1]);
	mon.zygote = (struct chan){ ends[0], MONITOR, ZYGOTE };
	if (chan_pair(ends, &e) == -1)
		die("socketpair");
	start_program(dir, "atoll-signer", "_atoll_key", ends[1]);
	close(ends[1]);
	mon.signer = (struct chan){ ends[0], MONITOR, SIGNER };
	while (on_signer(&mon))
		continue;
	play_monitor(&mon);
}
