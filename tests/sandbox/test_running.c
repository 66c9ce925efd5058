/* test_running.c - what a student starts, and how it ends. */
#include "tests/sandbox/tests.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
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

/* The init of the one sandbox there is: the builder's child. */
static pid_t
init_of(const struct fixture *f)
{
	char path[64], comm[32] = "";
	int pid = 0;
	FILE *all;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", f->builder,
	    f->builder);
	all = fopen(path, "re");
	assert_non_null(all);
	while (
	    strcmp(comm, "atoll-init\n") != 0 && fscanf(all, "%d", &pid) == 1) {
		FILE *one;

		snprintf(path, sizeof(path), "/proc/%d/comm", pid);
		one = fopen(path, "re");
		assert_non_null(one);
		assert_non_null(fgets(comm, sizeof(comm), one));
		fclose(one);
	}
	fclose(all);
	assert_string_equal(comm, "atoll-init\n");
	return pid;
}

/* Have init's next copy of itself stop before its first instruction, which is
 * before its exec; init itself goes on. */
static pid_t
catch_copy(pid_t init, struct fixture *f, const struct chan *c)
{
	unsigned long copy = 0;
	int status;

	assert_return_code(
	    ptrace(PTRACE_SEIZE, init, NULL,
		PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE),
	    errno);
	ask_spawn(f, c, SPAWN_EXEC, false, "true");
	while (copy == 0) {
		assert_int_equal(waitpid(init, &status, __WALL), init);
		assert_true(WIFSTOPPED(status));
		if (status >> 16 != 0 && status >> 16 != PTRACE_EVENT_STOP)
			assert_return_code(
			    ptrace(PTRACE_GETEVENTMSG, init, NULL, &copy),
			    errno);
		else /* a signal of init's own, which it gets */
			ptrace(PTRACE_CONT, init, NULL,
			    (unsigned long)WSTOPSIG(status));
	}
	assert_int_equal(waitpid((pid_t)copy, &status, __WALL), (pid_t)copy);
	assert_return_code(ptrace(PTRACE_DETACH, init, NULL, NULL), errno);
	return (pid_t)copy;
}

static void
a_start_that_is_stopped_keeps_nobody_else_waiting(void **state)
{
	struct fixture *f = the(state);
	struct err e = { 0 };
	int init = build(f, "plain");
	struct chan stopped = introduce(f, init);
	struct chan other = introduce(f, init);
	pid_t copy = catch_copy(init_of(f), f, &stopped);

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
	/* Init has killed it; its tracer hears of that first. */
	waitpid(copy, NULL, __WALL);
	assert_string_equal(run(f, &stopped, "echo on")->text, "on\n");
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

/* As sshd has it: what has no terminal goes on. */
static void
a_lost_session_hangs_up_what_has_a_terminal(void **state)
{
	struct fixture *f = the(state);
	struct err e = { 0 };
	int init = build(f, "plain");
	struct chan gone[] = { introduce(f, init), introduce(f, init) };
	struct chan c = introduce(f, init);
	struct result *r;

	ask_spawn(f, &gone[0], SPAWN_EXEC, true, "exec sleep 100001");
	ask_spawn(f, &gone[1], SPAWN_EXEC, false, "exec sleep 100002");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(chan_recv(&gone[i], &f->in, &e), CHAN_MESSAGE);
		msg_close(&f->in);
		close(gone[i].fd);
	}
	r = run(f, &c,
	    "while ps | grep -q 'sleep 10000[1]'; do usleep 20000; done;"
	    " ps | grep -q 'sleep 10000[2]'");
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
	cmocka_unit_test(a_lost_session_hangs_up_what_has_a_terminal),
	cmocka_unit_test(a_malformed_word_ends_that_link_only),
};
const size_t running_test_count =
    sizeof(running_tests) / sizeof(running_tests[0]);
