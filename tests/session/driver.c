/*
 * driver.c - atoll-session between a played monitor and a played init.
 *
 * The program and the clients are real; the peers are small and predictable.
 * Without arguments it runs every row of tests[]; "driver serve" only prints
 * the port and serves, for trying things by hand.  Every account's password is
 * "demo", and its name says what becomes of it:
 *
 *	demo	one lab		multi	two labs	none	no lab
 *	queue	waits a moment	full	is refused	bye	is sent away
 *	lost	loses the sandbox while a command runs
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "gateway/shared/chan.h"
#include "gateway/shared/privs.h"
#include "gateway/shared/scope.h"

#define SESSIONS_MAX  1024
#define PROCESSES_MAX 64

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "driver: %s: %s\n", what, strerror(errno));
	_exit(99);
}

static void
say(const struct chan *c, struct msg *m)
{
	struct err e;

	chan_send(c, m, &e);
	msg_close(m);
}

/* --- init, as the user nobody ------------------------------------------- */

struct process {
	pid_t pid;
	uint32_t serial;
};

static _Noreturn void
run(const struct msg_spawn *s)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (const char *v = strings_next(&s->environment, NULL); v != NULL;
	     v = strings_next(&s->environment, v))
		putenv(strdup(v));
	if (s->kind == SPAWN_SFTP)
		execl("/usr/lib/openssh/sftp-server", "sftp-server", NULL);
	if (s->kind == SPAWN_EXEC)
		execl("/bin/sh", "sh", "-c", s->command, NULL);
	setenv("PS1", "prompt> ", 1);
	execl("/bin/sh", "sh", "-i", NULL);
	_exit(127);
}

static pid_t
spawn_on_pty(const struct msg_spawn *s, struct msg *answer)
{
	struct winsize size = { .ws_row = (uint16_t)s->rows,
		.ws_col = (uint16_t)s->cols };
	int master;
	pid_t pid = forkpty(&master, NULL, NULL, &size);

	if (pid == 0)
		run(s);
	MSG_NEW(answer, SPAWNED_PTY, spawned_pty);
	answer->spawned_pty.serial = s->serial;
	answer->fd[0] = master;
	return pid;
}

static pid_t
spawn_on_pipes(const struct msg_spawn *s, struct msg *answer)
{
	int in[2], out[2], err[2];
	pid_t pid;

	if (pipe2(in, O_CLOEXEC) == -1 || pipe2(out, O_CLOEXEC) == -1 ||
	    pipe2(err, O_CLOEXEC) == -1)
		die("pipe2");
	pid = fork();
	if (pid == 0) {
		setsid();
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		run(s);
	}
	close(in[0]);
	close(out[1]);
	close(err[1]);
	MSG_NEW(answer, SPAWNED_PIPES, spawned_pipes);
	answer->spawned_pipes.serial = s->serial;
	answer->fd[0] = in[1];
	answer->fd[1] = out[0];
	answer->fd[2] = err[0];
	return pid;
}

static void
init_reap(const struct chan *session, struct process *all)
{
	struct msg m;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (int i = 0; i < PROCESSES_MAX; i++) {
			if (all[i].pid != pid)
				continue;
			MSG_NEW(&m, EXITED, exited);
			m.exited.serial = all[i].serial;
			if (WIFSIGNALED(status))
				m.exited.signal = (uint32_t)WTERMSIG(status);
			else
				m.exited.status = (uint32_t)WEXITSTATUS(status);
			all[i].pid = 0;
			say(session, &m);
		}
	}
}

static void
init_on_message(const struct chan *session, struct process *all, struct msg *m)
{
	static struct msg answer;
	uint32_t serial = m->spawn.serial;
	int number = m->type == MSG_HANGUP ? SIGHUP : 0;

	if (m->type == MSG_SPAWN) {
		struct process *p = all;

		while (p->pid != 0)
			p++;
		p->serial = serial;
		p->pid = m->spawn.pty ? spawn_on_pty(&m->spawn, &answer)
				      : spawn_on_pipes(&m->spawn, &answer);
		say(session, &answer);
	} else if (m->type == MSG_SIGNAL) {
		number = (int)m->signal.number;
	}
	for (int i = 0; number != 0 && i < PROCESSES_MAX; i++) {
		if (all[i].pid != 0 && all[i].serial == serial)
			kill(-all[i].pid, number);
	}
}

static _Noreturn void
play_init(int fd, bool is_short_lived)
{
	struct chan session = { fd, INIT, SESSION };
	static struct process all[PROCESSES_MAX];
	static struct msg m;
	struct passwd *nobody = getpwnam("nobody");
	sigset_t chld;
	struct err e;
	int signals;

	signal(SIGCHLD, SIG_DFL);
	if (setgid(nobody->pw_gid) == -1 || setuid(nobody->pw_uid) == -1 ||
	    chdir("/tmp") == -1)
		die("become nobody");
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* setuid(2) forgets it */
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	signals = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	for (;;) {
		struct pollfd fds[2] = { { session.fd, POLLIN, 0 },
			{ signals, POLLIN, 0 } };
		struct signalfd_siginfo told;

		if (poll(fds, 2, is_short_lived ? 500 : -1) == 0)
			_exit(0);
		while (read(signals, &told, sizeof(told)) > 0)
			continue;
		init_reap(&session, all);
		if (fds[0].revents == 0)
			continue;
		if (chan_recv(&session, &m, &e) != CHAN_MESSAGE)
			break;
		init_on_message(&session, all, &m);
	}
	for (int i = 0; i < PROCESSES_MAX; i++) {
		if (all[i].pid != 0)
			kill(-all[i].pid, SIGKILL);
	}
	_exit(0);
}

/* --- the monitor -------------------------------------------------------- */

struct connection {
	struct chan session; /* fd -1: free */
	char account[NAME_SIZE];
};

struct monitor {
	int listener;
	struct chan zygote;
	char key[LINE_SIZE]; /* that may log in */
	struct connection all[SESSIONS_MAX];
	uint32_t last;
};

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
	say(&mon->zygote, &m);
}

static void
answer_login(struct connection *c, const char *account, bool allow)
{
	struct msg m;

	text_copy(c->account, sizeof(c->account), account);
	MSG_NEW(&m, LOGIN_ANSWER, login_answer);
	m.login_answer.allow = allow;
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
		play_init(ends[1], strcmp(c->account, "lost") == 0);
	close(ends[1]);
	MSG_NEW(&m, SEAT_READY, seat_ready);
	m.fd[0] = ends[0];
	text_copy(m.seat_ready.lab, NAME_SIZE, lab);
	strcpy(m.seat_ready.motd, "Welcome to the lab.\nBe kind.");
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
		answer_login(c, m.login_password.account,
		    m.login_password.account[0] != '\0' &&
			strcmp(m.login_password.account, "nobody") != 0 &&
			strcmp(m.login_password.password, "demo") == 0);
	else if (m.type == MSG_LOGIN_KEY)
		answer_login(c, m.login_key.account,
		    strncmp(mon->key, m.login_key.key,
			strlen(m.login_key.key)) == 0);
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

static _Noreturn void
play_monitor(struct monitor *mon)
{
	static struct pollfd fds[SESSIONS_MAX + 2];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		fds[0] = (struct pollfd){ mon->listener, POLLIN, 0 };
		fds[1] = (struct pollfd){ mon->zygote.fd, POLLIN, 0 };
		for (int i = 0; i < SESSIONS_MAX; i++)
			fds[i + 2] = (struct pollfd){ mon->all[i].session.fd,
				POLLIN, 0 };
		if (poll(fds, SESSIONS_MAX + 2, -1) == -1)
			die("poll");
		for (int i = 0; i < SESSIONS_MAX; i++) {
			if (fds[i + 2].revents != 0)
				on_session(mon, &mon->all[i]);
		}
		if (fds[1].revents != 0)
			on_zygote(mon);
		if (fds[0].revents != 0)
			accept_client(mon);
	}
}

/* --- set up ------------------------------------------------------------- */

static void
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
start_zygote(const char *dir, int link)
{
	const char *build = getenv("ATOLL_BUILD");
	char program[4096], key[4096], empty[4096], uid[16], gid[16];
	struct err e;
	uid_t u;
	gid_t g;
	pid_t pid;

	if (privs_user("_atoll", &u, &g, &e) == -1) {
		fprintf(stderr, "driver: %s\n", e.text);
		_exit(99);
	}
	snprintf(program, sizeof(program), "%s/atoll-session",
	    build == NULL ? "build" : build);
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
	execl(program, "atoll-session", "-u", uid, "-g", gid, "-e", empty, "-k",
	    key, NULL);
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

/* The peers of one test run; returns the pid of the monitor. */
static pid_t
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
	start_zygote(dir, ends[1]);
	close(ends[1]);
	mon.zygote = (struct chan){ ends[0], MONITOR, ZYGOTE };
	play_monitor(&mon);
}

/* --- tests -------------------------------------------------------------- */

/* $SSH is an OpenSSH client with the password, $NOPW one without; both want
 * user@127.0.0.1 next.  said: all of stdout and stderr. */
#define HOST  "@127.0.0.1"
#define BYTES "head -c 20000000 /dev/zero | tr '\\0' 'x'"
#define SUM   "22e3f9bc2a1c2d6d4bd4ee5ad9b5ee0b"

static const struct test {
	const char *name;
	const char *command;
	const char *said;
	int status;
} tests[] = {
	{ "a_command_runs", "$SSH demo" HOST " 'echo out; echo err >&2'",
	    "out\nerr\n", 0 },
	{ "the_exit_status_arrives", "$SSH demo" HOST " exit 42", "", 42 },
	{ "a_signal_arrives_as_exit_signal", "$SSH demo" HOST " 'kill -9 $$'",
	    "", 255 },
	{ "the_environment_is_limited",
	    "LC_ALL=C FOO=bar $SSH -o SendEnv='LC_ALL FOO' demo" HOST
	    " 'echo $LC_ALL-$FOO'",
	    "C-\n", 0 },
	{ "a_terminal_has_its_size",
	    "TERM=vt100 script -qec \"stty rows 33 cols 101; $SSH -tt demo" HOST
	    " 'stty size; echo \\$TERM'\" /dev/null </dev/null | tr -d '\\r^@'",
	    "33 101\nvt100\n", 0 },
	{ "a_shell_greets",
	    "echo exit | $SSH -tt demo" HOST " | tr -d '\\r' | head -2",
	    "Welcome to the lab.\nBe kind.\n", 0 },
	{ "a_background_job_does_not_hold_a_terminal",
	    "timeout 5 $SSH -tt demo" HOST " 'sleep 60 & echo gone'"
	    " | tr -d '\\r'",
	    "gone\n", 0 },
	{ "a_background_job_holds_its_pipe",
	    "$SSH demo" HOST " 'sleep 1 && echo late & echo soon'",
	    "soon\nlate\n", 0 },
	{ "end_of_input_is_passed_on",
	    "echo some input | $SSH demo" HOST " cat", "some input\n", 0 },
	{ "a_closed_output_ends_the_command",
	    "timeout 5 $SSH demo" HOST " yes | head -1", "y\n", 0 },
	{ "a_closed_output_ends_a_flood",
	    "(timeout 20 $SSH demo" HOST
	    " 'cat /dev/zero; exit 7'; echo $? >&2) |"
	    " sleep 2",
	    "7\n", 0 },
	{ "bytes_down_survive_new_keys",
	    "$SSH -o RekeyLimit=1M demo" HOST " \"" BYTES "\" | md5sum |"
	    " cut -c1-32 >a; " BYTES " | md5sum | cut -c1-32 | cmp - a",
	    "", 0 },
	{ "bytes_up_survive_new_keys",
	    BYTES " | $SSH -o RekeyLimit=1M demo" HOST " md5sum |"
		  " cut -c1-32 >a; " BYTES " | md5sum | cut -c1-32 | cmp - a",
	    "", 0 },
	{ "channels_share_a_connection",
	    "$NOPW -i client -MNf -o ControlPath=$PWD/mux demo" HOST
	    "; for i in 1 2 3 4;"
	    " do $NOPW -o ControlPath=$PWD/mux demo" HOST
	    " \"sleep 0.$i; echo $i\" & done; wait;"
	    " $NOPW -o ControlPath=$PWD/mux -O exit demo" HOST " 2>&1",
	    "1\n2\n3\n4\n", 0 },
	{ "sftp_moves_a_file",
	    "printf 'put host.pub /tmp/driver-sftp\\nget /tmp/driver-sftp b\\n"
	    "rm /tmp/driver-sftp\\n' | $SFTP -b - demo" HOST
	    " >/dev/null && cmp host.pub b",
	    "", 0 },
	{ "a_key_logs_in",
	    "$NOPW -o BatchMode=yes -i client demo" HOST " echo in", "in\n",
	    0 },
	{ "a_strange_key_does_not",
	    "$NOPW -v -o BatchMode=yes -i host demo" HOST
	    " echo in 2>&1 | grep -c 'Permission denied'",
	    "1\n", 0 },
	{ "a_wrong_password_does_not",
	    "sshpass -p wrong $NOPW -o PubkeyAuthentication=no demo" HOST
	    " echo in",
	    "", 5 },
	{ "an_impossible_name_does_not", "$SSH 'no body'" HOST " echo in", "",
	    5 },
	{ "no_lab_is_said", "$SSH none" HOST " echo in",
	    "atoll: no lab is open to none\n", 1 },
	{ "several_labs_are_named_to_a_command",
	    "$SSH multi" HOST " echo in | head -1",
	    "atoll: several labs are open to multi: name one, as in"
	    " ssh multi+alpha@host\n alpha beta\n",
	    0 },
	{ "the_login_names_the_lab", "$SSH multi+beta" HOST " echo in", "in\n",
	    0 },
	{ "the_menu_understands",
	    "printf '7\\rbeta\\recho chos''en\\rexit\\r' |"
	    " $SSH -tt multi" HOST " | tr -d '\\r' | grep -c -e 'no lab 7'"
	    " -e 'Which one. beta' -e 'prompt> chosen'",
	    "3\n", 0 },
	{ "the_menu_can_be_left",
	    "printf 'q\\r' | $SSH -tt multi" HOST " | tail -1 | tr -d '\\r'",
	    "Which one? q\n", 0 },
	{ "a_place_in_the_queue_is_told", "$SSH queue" HOST " echo in",
	    "atoll: all seats are taken: you are number 3 in the queue\nin\n",
	    0 },
	{ "a_refusal_is_told", "$SSH full" HOST " echo in",
	    "atoll: the house is full\n", 1 },
	{ "goodbye_is_told", "$SSH bye" HOST " sleep 20",
	    "atoll: the class is over soon\natoll: the class is over\n", 255 },
	{ "a_lost_sandbox_is_told", "$SSH lost" HOST " sleep 20",
	    "atoll: the sandbox has ended\n", 255 },
	{ "forwarding_is_refused",
	    "$SSH -o ExitOnForwardFailure=yes -R 9:127.0.0.1:9 demo" HOST
	    " echo in",
	    "", 255 },
	{ "a_stopped_client_is_left",
	    "$SSH demo" HOST " 'sleep 30; echo still here' & sleep 1;"
	    " kill -STOP $!; pkill -STOP -P $!; sleep 5;"
	    " pgrep -u nobody -f 'still here' | wc -l; pkill -CONT -P $!;"
	    " kill -CONT $!; wait",
	    "0\natoll: your client does not answer\n", 0 },
};

static void
row_passes(void **state)
{
	const struct test *t = *state;
	static char said[65536];
	size_t n;
	int status;
	FILE *f;

	setenv("COMMAND", t->command, 1);
	f = popen("timeout 60 sh -c \"$COMMAND\" 2>&1", "r");
	assert_non_null(f);
	n = fread(said, 1, sizeof(said) - 1, f);
	said[n] = '\0';
	status = pclose(f);
	assert_string_equal(said, t->said);
	assert_int_equal(WEXITSTATUS(status), t->status);
}

static int
run_rows(void)
{
	enum { COUNT = sizeof(tests) / sizeof(tests[0]) };
	struct CMUnitTest units[COUNT];

	for (int i = 0; i < COUNT; i++)
		units[i] = (struct CMUnitTest){ .name = tests[i].name,
			.test_func = row_passes,
			.initial_state = (void *)&tests[i] };
	return _cmocka_run_group_tests("session", units, COUNT, NULL, NULL);
}

static void
name_clients(void)
{
	static const char options[] =
	    "-q -F none -o StrictHostKeyChecking=no"
	    " -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR";
	char text[1024];

	snprintf(text, sizeof(text), "ssh %s -p %s", options, getenv("PORT"));
	setenv("NOPW", text, 1);
	snprintf(text, sizeof(text),
	    "sshpass -p demo ssh %s -p %s -o PubkeyAuthentication=no", options,
	    getenv("PORT"));
	setenv("SSH", text, 1);
	snprintf(text, sizeof(text),
	    "sshpass -p demo sftp %s -P %s -o PubkeyAuthentication=no"
	    " -o BatchMode=no",
	    options, getenv("PORT"));
	setenv("SFTP", text, 1);
}

int
main(int argc, char *argv[])
{
	char dir[] = "/tmp/atoll-driver.XXXXXX";
	pid_t monitor;
	int failed = 0;

	if (mkdtemp(dir) == NULL)
		die(dir);
	monitor = start_peers(dir);
	name_clients();
	if (argc == 2 && strcmp(argv[1], "serve") == 0) {
		printf("%s %s\n", getenv("PORT"), dir);
		fflush(stdout);
		waitpid(monitor, NULL, 0);
	} else {
		if (chdir(dir) == -1)
			die(dir);
		failed = run_rows();
		kill(monitor, SIGTERM);
		waitpid(monitor, NULL, 0);
	}
	shell("rm -rf %s", dir);
	return failed;
}
