/* test_snapshot.c - the screen of a terminal, painted from the last of its bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/screen/snapshot_process.h"
#include "gateway/screen/snapshot_tail.h"
#include "tests/screens.h"

struct fixture {
	struct terminal_ring ring;
	int ring_file;
	struct snapshot_order order;
	struct snapshot_run run;
	struct snapshot made;
	struct err e;
};

static int
setup(void **state)
{
	struct fixture *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	assert_int_equal(terminal_ring_create(&t->ring, &t->ring_file, &t->e),
	    0);
	t->made.file = -1;
	t->order = (struct snapshot_order){ .ring = &t->ring,
		.ring_file = t->ring_file,
		.rows = 24,
		.cols = 80,
		.to_rows = 24,
		.to_cols = 80 };
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *t = *state;

	snapshot_free(&t->made);
	terminal_ring_close(&t->ring);
	close(t->ring_file);
	free(t);
	return 0;
}

static void
print(struct fixture *t, const char *text)
{
	terminal_ring_append(&t->ring, text, strlen(text));
}

static void
print_many(struct fixture *t, const char *text, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += strlen(text))
		print(t, text);
}

/* Wait for its end as init does, but longer. */
static int
finish(struct fixture *t)
{
	int status;

	assert_int_equal(waitpid(t->run.pid, &status, 0), t->run.pid);
	return snapshot_take(&t->run, status, &t->made, &t->e);
}

static void
make(struct fixture *t)
{
	snapshot_free(&t->made);
	assert_int_equal(snapshot_start(&t->run, &t->order, &t->e), 0);
	assert_int_equal(finish(t), 0);
	assert_int_equal(t->run.pid, 0);
	assert_int_equal(snapshot_timeout(&t->run), -1);
}

/* The bytes in its file, with a NUL; free() them. */
static char *
bytes_of(const struct snapshot *s)
{
	char *bytes = calloc(1, TERMINAL_PAINT_BYTES + 1);

	assert_non_null(bytes);
	assert_true(read(s->file, bytes, TERMINAL_PAINT_BYTES) > 0);
	assert_int_equal(lseek(s->file, 0, SEEK_SET), 0);
	return bytes;
}

static char *
dump_of(const char *bytes, size_t n)
{
	struct screen *s = screen_new(24, 80);
	char *dump;

	screen_feed(s, (const uint8_t *)bytes, n);
	dump = screens_dump(s);
	screen_free(s);
	return dump;
}

/* The snapshot shows what a terminal shows that was printed text. */
static void
expect_like(struct fixture *t, const char *text, size_t n)
{
	char *bytes = bytes_of(&t->made), *got, *wanted;

	got = dump_of(bytes, strlen(bytes));
	wanted = dump_of(text, n);
	assert_string_equal(got, wanted);
	free(bytes);
	free(got);
	free(wanted);
}

static void
a_snapshot_shows_the_screen(void **state)
{
	static const char text[] =
	    "shell$ vim\r\n\033[?1049h\033[2J\033[H\033[31m~\r\n~\033[0m"
	    "\033[?1h\033]0;vim\a\033[2;1H";
	struct fixture *t = *state;

	print(t, text);
	make(t);
	expect_like(t, text, strlen(text));
	assert_int_equal(t->made.position, t->ring.position);
	assert_int_equal(t->made.rows, 24);
	assert_string_equal(t->made.filter.modes.title, "vim");
	make(t); /* as often as one likes */
	expect_like(t, text, strlen(text));
}

static void
it_ends_in_the_middle_of_a_sequence_and_goes_on(void **state)
{
	struct fixture *t = *state;
	struct snapshot first;

	print(t, "one \033[3");
	make(t);
	first = t->made;
	t->made.file = -1;
	print(t, "1mtwo\xe2\x82");
	t->order.base = &first;
	make(t);
	expect_like(t, "one \033[31mtwo", 12);
	snapshot_free(&first);
}

/* The ring has lost how it began; a snapshot of then has not. */
static void
what_is_below_vim_stays_however_much_vim_draws(void **state)
{
	static const char begin[] = "shell$ vim\r\n\033[?1049h\033[2J";
	static const char more[] = "\033[5;5H\033[32mdraws\033[0m on and on";
	char wanted[sizeof(begin) + sizeof(more)];
	struct fixture *t = *state;
	struct snapshot base = { .file = -1 };

	print(t, begin);
	for (int i = 0; i < 8; i++) {
		print_many(t, more, TERMINAL_RING_BYTES / 2);
		t->order.base = i == 0 ? NULL : &base;
		make(t);
		snapshot_free(&base);
		base = t->made;
		t->made.file = -1;
	}
	t->made = base;
	expect_like(t, strcat(strcpy(wanted, begin), more),
	    strlen(begin) + strlen(more));
	print(t, "\033[?1049lafter");
	t->made.file = -1;
	t->order.base = &base;
	make(t);
	expect_like(t, "shell$ vim\r\nafter", 17);
	snapshot_free(&base);
}

static void
a_ring_that_lost_its_beginning_knows_its_modes(void **state)
{
	struct fixture *t = *state;
	char *dump, *bytes;

	print(t, "\033]2;top\a\033[?25l\033[?2004h\033[?1049h");
	print_many(t, "\033[7;3H\033[1mload\033[0m", 3 * TERMINAL_RING_BYTES);
	make(t);
	bytes = bytes_of(&t->made);
	dump = dump_of(bytes, strlen(bytes));
	assert_non_null(strstr(dump, " top\n"));
	assert_non_null(strstr(dump, "\n  load\n"));
	assert_non_null(strstr(dump, "below, cursor"));
	assert_int_equal(t->made.filter.modes.on,
	    TERMINAL_AUTOWRAP | TERMINAL_PASTE | TERMINAL_ALTERNATE);
	free(dump);
	free(bytes);
	/* It began on the alternate screen, and has left it since. */
	print(t, "\033[?1049l\033[?25hback");
	make(t);
	bytes = bytes_of(&t->made);
	dump = dump_of(bytes, strlen(bytes));
	assert_non_null(strstr(dump, "\nback\n"));
	assert_null(strstr(dump, "load"));
	free(dump);
	free(bytes);
}

/* Cut anywhere, it does not show the rest of a sequence as text: nothing stands
 * where the cursor is at first. */
static void
a_ring_begins_with_a_whole_sequence(void **state)
{
	struct fixture *t = *state;

	for (int shift = 0; shift < 30; shift++) {
		char *bytes, *dump;

		print(t, "x");
		print_many(t, "\033[5;5H\033[38;5;208;48;5;17mab\033[m",
		    2 * TERMINAL_RING_BYTES);
		make(t);
		bytes = bytes_of(&t->made);
		dump = dump_of(bytes, strlen(bytes));
		assert_non_null(strstr(dump, "BB \n\n\n\n\n    ab\n\n"));
		free(bytes);
		free(dump);
	}
}

static void
a_snapshot_is_painted_for_the_window_that_comes(void **state)
{
	struct fixture *t = *state;
	char *bytes;

	print(t, "\033[24;70Hcorner");
	t->order.to_rows = 5;
	t->order.to_cols = 72;
	make(t);
	bytes = bytes_of(&t->made);
	assert_non_null(strstr(bytes, "\033[5;70Hcor\033["));
	free(bytes);
	assert_int_equal(t->made.rows, 5);
}

/* --- what goes wrong ---------------------------------------------------- */

/* A signal takes its time; or the process has ended before it came. */
static bool
is_stopped(pid_t pid)
{
	siginfo_t now = { 0 };

	assert_int_equal(
	    waitid(P_PID, (id_t)pid, &now, WSTOPPED | WEXITED | WNOWAIT), 0);
	return now.si_code == CLD_STOPPED;
}

/* Before it could end, which takes it a millisecond. */
static void
start_stopped(struct fixture *t)
{
	for (;;) {
		assert_int_equal(snapshot_start(&t->run, &t->order, &t->e), 0);
		kill(t->run.pid, SIGSTOP);
		if (is_stopped(t->run.pid))
			return;
		snapshot_kill(&t->run);
		finish(t);
		snapshot_free(&t->made);
	}
}

static void
who_is_late_is_ended(void **state)
{
	struct fixture *t = *state;
	int left;

	print(t, "x");
	start_stopped(t);
	left = snapshot_timeout(&t->run);
	assert_true(left >= 0 && left <= SNAPSHOT_MS);
	snapshot_kill(&t->run);
	assert_int_equal(finish(t), -1);
	assert_string_equal(t->e.text, "snapshot: signal 9");
	assert_int_equal(t->made.file, -1);
	assert_int_equal(t->run.pid, 0);
}

/* Of a processor, and not of a clock: a machine with other work gives it less. */
static void
who_computes_for_too_long_is_ended(void **state)
{
	struct rusage used;
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		if (snapshot_limit() == -1)
			_exit(1);
		for (;;)
			continue;
	}
	assert_int_equal(wait4(child, &status, 0, &used), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGPROF);
	assert_true(used.ru_utime.tv_sec == 0);
	/* The kernel counts by its ticks, and tells by its clock. */
	assert_true(used.ru_utime.tv_usec + used.ru_stime.tv_usec >=
		    SNAPSHOT_CPU_MS * 1000 / 4);
}

static void
a_ring_of_nonsense_makes_no_snapshot(void **state)
{
	struct fixture *t = *state;
	const uint64_t position = UINT64_MAX;

	print(t, "x");
	assert_int_equal(pwrite(t->ring_file, &position, 8, 16), 8);
	assert_int_equal(snapshot_start(&t->run, &t->order, &t->e), 0);
	assert_int_equal(finish(t), -1);
	assert_string_equal(t->e.text, "snapshot: exit status 1");
}

static void
expect_tail(struct fixture *t, const char *like)
{
	snapshot_free(&t->made);
	assert_int_equal(snapshot_tail(&t->order, &t->made, &t->e), 0);
	expect_like(t, like, strlen(like));
	assert_int_equal(t->made.position, t->ring.position);
}

static void
without_a_process_there_is_the_last_screenful(void **state)
{
	struct fixture *t = *state;

	print(t, "one\r\n\033[1mtwo\033[0m\r\n$ \033[6n\033]52;c;?\a");
	expect_tail(t, "one\r\n\033[1mtwo\033[0m\r\n$ ");
	print(t, "\033[?1049h\033[?1h\033]0;vim\a\033[2;2H~");
	expect_tail(t,
	    "\033[?1049h\033[Hone\r\n\033[1mtwo\033[0m\r\n$ \033]0;vim\a"
	    "\033[2;2H~\033[?1h");
}

static void
a_long_ring_has_one_screenful(void **state)
{
	struct fixture *t = *state;
	char *bytes;
	unsigned count = 0;

	print_many(t, "line\r\n", 2 * TERMINAL_RING_BYTES);
	print(t, "$ ");
	assert_int_equal(snapshot_tail(&t->order, &t->made, &t->e), 0);
	bytes = bytes_of(&t->made);
	for (const char *at = bytes; (at = strstr(at, "line")) != NULL; at++)
		count++;
	assert_int_equal(count, 24);
	free(bytes);
}

/* --- the jail ----------------------------------------------------------- */

static char *
status_of_pid(pid_t pid, const char *file)
{
	char path[64], *text = calloc(1, 65536);
	CLOSES int fd = -1;
	size_t at = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_not_equal(fd, -1);
	while ((n = read(fd, text + at, 65535 - at)) > 0)
		at += (size_t)n;
	return text;
}

/* The process, stopped before it can end; its /proc. */
static char *
status_of(struct fixture *t, const char *file)
{
	return status_of_pid(t->run.pid, file);
}

/* Stopped at work. */
static void
catch_in_jail(struct fixture *t)
{
	char *text = NULL;

	print_many(t, "\033[38;5;9mabc\033[m", TERMINAL_RING_BYTES);
	/* Until it is caught in the jail. */
	for (int i = 0; i < 200; i++) {
		assert_int_equal(snapshot_start(&t->run, &t->order, &t->e), 0);
		for (int k = 0; k < 2000; k++) {
			free(text);
			text = status_of(t, "limits");
			if (strstr(text, "Max open files            0 ") !=
			    NULL)
				break;
		}
		kill(t->run.pid, SIGSTOP);
		if (is_stopped(t->run.pid))
			break;
		snapshot_kill(&t->run);
		finish(t);
		snapshot_free(&t->made);
	}
	free(text);
	text = status_of(t, "status");
	assert_non_null(strstr(text, "State:\tT"));
	free(text);
}

static void
its_process_has_nothing(void **state)
{
	struct fixture *t = *state;
	char *text;

	catch_in_jail(t);
	text = status_of(t, "status");
	assert_non_null(strstr(text, "Uid:\t65533\t65533\t65533\t65533"));
	assert_non_null(strstr(text, "Gid:\t65533\t65533\t65533\t65533"));
	assert_non_null(strstr(text, "Groups:\t \n"));
	assert_non_null(strstr(text, "CapPrm:\t0000000000000000"));
	assert_non_null(strstr(text, "CapEff:\t0000000000000000"));
	assert_non_null(strstr(text, "NoNewPrivs:\t1"));
	free(text);
	text = status_of(t, "limits");
	assert_non_null(strstr(text, "Max processes             0 "));
	assert_non_null(strstr(text, "Max open files            0 "));
	free(text);
	for (int fd = 0; fd < 64; fd++) {
		char path[64], to[64];

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", t->run.pid, fd);
		assert_int_equal(readlink(path, to, sizeof(to)) != -1, fd == 3);
	}
	kill(t->run.pid, SIGCONT);
	assert_int_equal(finish(t), 0);
}

/* One of init's, as it was told: no part of the program. */
static char secret[] = "rot13-of-the-secret";

static void
tell_secret(void)
{
	for (char *c = secret; *c != '\0'; c++)
		*c ^= 0x15;
}

/* In the memory of a process that is stopped. */
static bool
has_in_memory(pid_t pid, const char *text)
{
	char *maps = status_of_pid(pid, "maps"), path[64];
	size_t n = strlen(text);
	bool has = false;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_not_equal(fd, -1);
	for (char *line = maps; line != NULL && *line != '\0';) {
		unsigned long from, to;
		char *next = strchr(line, '\n'), rights[5], *bytes;

		if (sscanf(line, "%lx-%lx %4s", &from, &to, rights) == 3 &&
		    rights[0] == 'r' && to - from < 64ul << 20) {
			bytes = malloc(to - from);
			has = has ||
			      (pread(fd, bytes, to - from, (off_t)from) > 0 &&
				  memmem(bytes, to - from, text, n) != NULL);
			free(bytes);
		}
		line = next == NULL ? NULL : next + 1;
	}
	close(fd);
	free(maps);
	return has;
}

static void
its_process_knows_nothing_of_init(void **state)
{
	struct fixture *t = *state;
	char *copy;

	tell_secret();
	copy = strdup(secret); /* on the heap, too */
	catch_in_jail(t);
	assert_true(has_in_memory(getpid(), secret));
	assert_false(has_in_memory(t->run.pid, secret));
	free(copy);
	kill(t->run.pid, SIGCONT);
	assert_int_equal(finish(t), 0);
}

int
main(int argc, char **argv)
{
	if (snapshot_is_process(argc, argv))
		_exit(snapshot_process()); /* a leak checker would fork */
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH(a_snapshot_shows_the_screen),
		WITH(it_ends_in_the_middle_of_a_sequence_and_goes_on),
		WITH(what_is_below_vim_stays_however_much_vim_draws),
		WITH(a_ring_that_lost_its_beginning_knows_its_modes),
		WITH(a_ring_begins_with_a_whole_sequence),
		WITH(a_snapshot_is_painted_for_the_window_that_comes),
		WITH(who_is_late_is_ended),
		WITH(who_computes_for_too_long_is_ended),
		WITH(a_ring_of_nonsense_makes_no_snapshot),
		WITH(without_a_process_there_is_the_last_screenful),
		WITH(a_long_ring_has_one_screenful),
		WITH(its_process_has_nothing),
		WITH(its_process_knows_nothing_of_init),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
