/* test_running.c - what a student starts, and how it ends. */
#include "tests/sandbox/tests.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/scope.h"

static void
a_command_runs_as_the_student(void **state)
{
	struct result *r = run_in(the(state), "plain",
	    "id -u; id -g; hostname; pwd; echo $USER $HOME $COURSE; exit 3");

	assert_string_equal(r->text,
	    "1000\n1000\nislet\n/home/student\nstudent /home/student web101\n");
	assert_int_equal(r->status, 3);
}

static void
only_harmless_variables_are_let_through(void **state)
{
	struct result *r = run_in(the(state), "plain", "env");

	assert_null(strstr(r->text, "LD_PRELOAD"));
	assert_null(strstr(r->text, "TERM=")); /* there is no terminal */
	assert_non_null(strstr(r->text, "PATH=/usr/local/bin:/usr/bin:/bin"));
}

static void
a_shell_has_a_terminal_of_its_own(void **state)
{
	struct fixture *f = the(state);
	struct result r = { 0 };
	struct err e = { 0 };
	int init = build(f, "plain");
	struct chan c = introduce(f, init);
	int pty;

	ask_spawn(f, &c, SPAWN_SHELL, true, "");
	assert_int_equal(chan_recv(&c, &f->in, &e), CHAN_MESSAGE);
	assert_int_equal(f->in.type, MSG_SPAWNED_PTY);
	pty = take_fd(&f->in.fd[0]);
	dprintf(pty, "tty; stty size; echo $0 $TERM; exit\n");
	read_all(pty, &r);
	await_exit(f, &c, &r);
	assert_non_null(strstr(r.text, "/dev/pts/0"));
	assert_non_null(strstr(r.text, "24 80"));
	assert_non_null(strstr(r.text, "-sh xterm"));
	close(pty);
	close(c.fd);
	close(init);
	assert_int_equal(next(f), MSG_ENDED);
}

static void
a_missing_shell_is_named(void **state)
{
	struct result *r = run_in(the(state), "noshell", "true");

	assert_string_equal(r->reason, "/bin/zsh: No such file or directory");
}

static bool
is_answered_within(const struct chan *c, int ms)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1;
}

/* Stops the student's next process that is still a copy of init, and says so:
 * it is caught between its fork and its exec. */
#define CATCH                                                                  \
	"read init </proc/1/comm; echo ready;"                                 \
	" while :; do for p in /proc/[0-9]*; do"                               \
	" read name <$p/comm || continue;"                                     \
	" test \"$name\" = \"$init\" || continue;"                             \
	" kill -STOP ${p#/proc/} || continue; sleep 0.1;"                      \
	" read name <$p/comm; test \"$name\" = \"$init\" && exit 0;"           \
	" kill -CONT ${p#/proc/};"                                             \
	" done 2>/dev/null; done"

/* Ask for commands until one is caught; it is not answered then. */
static void
have_one_caught(struct fixture *f, const struct chan *c,
    const struct chan *catcher)
{
	struct result r;
	struct err e = { 0 };

	for (int i = 0; i < 2000; i++) {
		ask_spawn(f, c, SPAWN_EXEC, false, "true");
		if (!is_answered_within(c, 1000)) {
			await_exit(f, catcher, &r);
			return;
		}
		assert_int_equal(chan_recv(c, &f->in, &e), CHAN_MESSAGE);
		assert_int_equal(f->in.type, MSG_SPAWNED_PIPES);
		msg_close(&f->in);
		await_exit(f, c, &r);
	}
	fail_msg("none was caught");
}

static void
a_start_that_is_stopped_keeps_nobody_else_waiting(void **state)
{
	struct fixture *f = the(state);
	struct err e = { 0 };
	int init = build(f, "plain");
	struct chan catcher = introduce(f, init);
	struct chan stopped = introduce(f, init);
	struct chan other = introduce(f, init);
	char ready[6];
	int out;

	ask_spawn(f, &catcher, SPAWN_EXEC, false, CATCH);
	assert_int_equal(chan_recv(&catcher, &f->in, &e), CHAN_MESSAGE);
	assert_int_equal(f->in.type, MSG_SPAWNED_PIPES);
	out = take_fd(&f->in.fd[1]);
	msg_close(&f->in);
	assert_int_equal(read(out, ready, sizeof(ready)), 6);
	have_one_caught(f, &stopped, &catcher);

	ask_spawn(f, &other, SPAWN_EXEC, false, "true");
	assert_true(is_answered_within(&other, 1500));
	assert_int_equal(chan_recv(&other, &f->in, &e), CHAN_MESSAGE);
	assert_int_equal(f->in.type, MSG_SPAWNED_PIPES);
	msg_close(&f->in);

	/* The other was not waited for: it comes to its own end. */
	assert_false(is_answered_within(&stopped, 0));
	assert_int_equal(chan_recv(&stopped, &f->in, &e), CHAN_MESSAGE);
	assert_int_equal(f->in.type, MSG_SPAWN_FAILED);
	assert_non_null(strstr(f->in.spawn_failed.reason, "timed out"));
	assert_string_equal(run(f, &stopped, "echo on")->text, "on\n");
	close(out);
	close(catcher.fd);
	close(stopped.fd);
	close(other.fd);
	demolish(f, f->sandbox);
	close(init);
}

static void
a_signal_reaches_the_whole_command(void **state)
{
	struct fixture *f = the(state);
	struct result r = { 0 };
	struct err e = { 0 };
	int init = build(f, "plain");
	struct chan c = introduce(f, init);

	ask_spawn(f, &c, SPAWN_EXEC, false, "sleep 100; true");
	assert_int_equal(chan_recv(&c, &f->in, &e), CHAN_MESSAGE);
	msg_close(&f->in);
	MSG_NEW(&f->out, SIGNAL, signal);
	f->out.serial = 1;
	f->out.signal.number = SIGTERM;
	say(&c, &f->out);
	await_exit(f, &c, &r);
	assert_int_equal(r.signal, SIGTERM);
	close(c.fd);
	demolish(f, f->sandbox);
	close(init);
}

static void
a_lost_session_hangs_its_commands_up(void **state)
{
	struct fixture *f = the(state);
	struct err e = { 0 };
	int init = build(f, "plain");
	struct chan gone = introduce(f, init);
	struct chan c = introduce(f, init);
	struct result *r;

	ask_spawn(f, &gone, SPAWN_EXEC, false, "exec sleep 100");
	assert_int_equal(chan_recv(&gone, &f->in, &e), CHAN_MESSAGE);
	msg_close(&f->in);
	close(gone.fd);
	r = run(f, &c, "while pidof sleep; do :; done");
	assert_int_equal(r->status, 0);
	close(c.fd);
	demolish(f, f->sandbox);
	close(init);
}

static void
a_malformed_word_ends_that_link_only(void **state)
{
	struct fixture *f = the(state);
	int init = build(f, "plain");
	struct chan bad = introduce(f, init);
	struct chan c = introduce(f, init);
	struct err e;

	assert_int_equal(send(bad.fd, "rubbish", 7, 0), 7);
	assert_int_equal(chan_recv(&bad, &f->in, &e), CHAN_CLOSED);
	assert_string_equal(run(f, &c, "echo on")->text, "on\n");
	close(bad.fd);
	close(c.fd);
	demolish(f, f->sandbox);
	close(init);
}

const struct CMUnitTest running_tests[] = {
	cmocka_unit_test(a_command_runs_as_the_student),
	cmocka_unit_test(only_harmless_variables_are_let_through),
	cmocka_unit_test(a_shell_has_a_terminal_of_its_own),
	cmocka_unit_test(a_missing_shell_is_named),
	cmocka_unit_test(a_start_that_is_stopped_keeps_nobody_else_waiting),
	cmocka_unit_test(a_signal_reaches_the_whole_command),
	cmocka_unit_test(a_lost_session_hangs_its_commands_up),
	cmocka_unit_test(a_malformed_word_ends_that_link_only),
};
const size_t running_test_count =
    sizeof(running_tests) / sizeof(running_tests[0]);
