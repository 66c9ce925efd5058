/* test_playing.c - recordings that are played. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/recorder/cast.h"
#include "gateway/recorder/playing.h"
#include "gateway/recorder/watcher.h"
#include "gateway/screen/snapshot_process.h"
#include "gateway/wire/rights.h"

#define PATIENCE_MS 60000 /* a machine with other work paints late */
#define FILE_NAME   "c101/bob/20261130T100000Z-1.cast"
#define HEADER	    "{\"version\": 2, \"width\": 80, \"height\": 24}\n"

/* Who looks: what was answered last. */
struct person {
	int fd;
	unsigned answers, views, rows, cols;
	uint64_t at, of;
	char *view; /* NULL: none yet */
	char why[256];
	bool is_hung_up;
};

struct fixture {
	struct fanouts fans;
	struct playings all;
	struct person p;
	char path[64];
	int dir, file; /* FILE_NAME, to be appended to */
};

static int
setup(void **state)
{
	struct fixture *t = calloc(1, sizeof(*t));
	struct err e;

	assert_non_null(t);
	strcpy(t->path, "/tmp/test_playing.XXXXXX");
	assert_non_null(mkdtemp(t->path));
	t->dir = open(t->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(t->dir, "c101", 0700), 0);
	assert_int_equal(mkdirat(t->dir, "c101/bob", 0700), 0);
	t->file = openat(t->dir, FILE_NAME,
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	assert_int_not_equal(t->file, -1);
	t->p.fd = -1;
	assert_int_equal(painter_start(&t->fans.painter, NULL, &e), 0);
	assert_int_equal(fanouts_begin(&t->fans, &e), 0);
	playings_begin(&t->all, &t->fans);
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *t = *state;

	playings_end(&t->all);
	assert_true(LIST_EMPTY(&t->fans.all));
	assert_int_equal(t->fans.tiles, 0);
	fanouts_end(&t->fans);
	scope_close(&t->p.fd);
	free(t->p.view);
	close(t->file);
	unlinkat(t->dir, FILE_NAME, 0);
	unlinkat(t->dir, "c101/bob", AT_REMOVEDIR);
	unlinkat(t->dir, "c101", AT_REMOVEDIR);
	close(t->dir);
	rmdir(t->path);
	free(t);
	return 0;
}

static void
record(struct fixture *t, const char *lines)
{
	assert_int_equal(write(t->file, lines, strlen(lines)), strlen(lines));
}

static void
open_file(struct fixture *t, const char *file)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX,
			     SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
			     ends),
	    0);
	scope_close(&t->p.fd);
	t->p.fd = ends[1];
	t->p.is_hung_up = false;
	t->p.why[0] = '\0';
	playings_open(&t->all, t->dir, file, ends[0]);
}

/* --- what comes ------------------------------------------------------------- */

static void
take_frame(struct person *p, const struct tap_frame *f, const struct rights *r)
{
	uint64_t at[2];
	ssize_t n;

	switch (f->kind) {
	case WATCH_AT:
		assert_int_equal(f->length, sizeof(at));
		memcpy(at, f->bytes, sizeof(at));
		p->at = at[0];
		p->of = at[1];
		p->answers++;
		break;
	case TAP_SIZE:
		assert_true(tap_read_size(f, &p->rows, &p->cols));
		break;
	case WATCH_VIEW:
		assert_int_equal(r->count, 1);
		free(p->view);
		p->view = calloc(1, WATCH_PICTURE_MAX + 1);
		n = pread(r->fd[0], p->view, WATCH_PICTURE_MAX, 0);
		assert_true(n > 0);
		p->views++;
		break;
	case TAP_MARKER:
		snprintf(p->why, sizeof(p->why), "%.*s", (int)f->length,
		    (const char *)f->bytes);
		break;
	default:
		fail_msg("frame %u", f->kind);
	}
}

static void
read_all(struct person *p)
{
	static uint8_t packet[TAP_PACKET_MAX];
	struct tap_frame f;
	struct rights r;
	ssize_t n;

	while ((n = rights_recv(p->fd, packet, sizeof(packet), 1, &r)) > 0) {
		const uint8_t *at = packet;
		size_t left = (size_t)n;

		while (tap_next(&at, &left, &f) == 1)
			take_frame(p, &f, &r);
		assert_int_equal(left, 0);
		rights_close(&r);
	}
	p->is_hung_up = n == 0;
}

/* One turn of the recorder's loop. */
static void
turn(struct fixture *t)
{
	struct pollfd fds[2] = { { t->fans.epoll, POLLIN, 0 },
		{ t->fans.painter.fd, POLLIN, 0 } };
	bool has_more = playings_turn(&t->all);
	int ms = fanouts_turn(&t->fans);

	poll(fds, 2, has_more ? 0 : ms == -1 || ms > 20 ? 20 : ms);
	fanouts_serve(&t->fans);
	read_all(&t->p);
}

static void
ask(struct fixture *t, uint64_t ms)
{
	struct tap_packet ask;

	tap_begin_packet(&ask);
	tap_add(&ask, (enum tap_kind)WATCH_SEEK, 0, &ms, sizeof(ms));
	assert_int_equal(send(t->p.fd, ask.bytes, ask.used, MSG_NOSIGNAL),
	    ask.used);
}

static void
seek(struct fixture *t, uint64_t ms)
{
	int64_t ends = clock_ms() + PATIENCE_MS;
	unsigned had = t->p.answers;

	ask(t, ms);
	while (t->p.answers == had) {
		turn(t);
		assert_false(t->p.is_hung_up);
		assert_true(clock_ms() < ends);
	}
	assert_int_equal(t->p.answers, had + 1);
}

static bool
shows(const struct fixture *t, const char *text)
{
	return strstr(t->p.view, text) != NULL;
}

static void
wait_refusal(struct fixture *t, const char *why)
{
	int64_t ends = clock_ms() + PATIENCE_MS;
	struct fanout *f;

	while (!t->p.is_hung_up) {
		LIST_FOREACH(f, &t->fans.all, next)
			f->rest_until_ms = 0;
		turn(t);
		assert_true(clock_ms() < ends);
	}
	assert_non_null(strstr(t->p.why, why));
	turn(t);
	assert_int_equal(t->all.count, 0);
}

/* --- tests ------------------------------------------------------------------ */

static void
a_moment_is_shown_forwards_and_backwards(void **state)
{
	struct fixture *t = *state;

	record(t, HEADER "[0.0, \"o\", \"one\"]\n"
			 "[5.0, \"o\", \"\\r\\ntwo\"]\n"
			 "[5.5, \"m\", \"a marker\"]\n"
			 "[9.0, \"o\", \"\\u001b[H\\u001b[2Jthree\"]\n");
	open_file(t, FILE_NAME);
	for (int i = 0; i < 10; i++)
		turn(t);
	assert_int_equal(t->p.views, 0); /* nothing was asked for */
	seek(t, 0);
	assert_true(shows(t, "one") && !shows(t, "two"));
	assert_int_equal(t->p.at, 0);
	assert_int_equal(t->p.of, 9000);
	assert_int_equal(t->p.rows, 24);
	assert_int_equal(t->p.cols, 80);
	seek(t, 5000);
	assert_true(shows(t, "one") && shows(t, "two"));
	seek(t, 1000000);
	assert_int_equal(t->p.at, 9000);
	assert_true(shows(t, "three") && !shows(t, "one"));
	seek(t, 4999);
	assert_true(shows(t, "one") && !shows(t, "two") && !shows(t, "three"));
	assert_int_equal(t->p.at, 4999);
}

static void
a_view_that_is_the_same_is_not_sent_again(void **state)
{
	struct fixture *t = *state;

	record(t, HEADER "[1.0, \"o\", \"one\"]\n[9.0, \"o\", \"two\"]\n");
	open_file(t, FILE_NAME);
	seek(t, 1000);
	for (uint64_t ms = 1100; ms < 9000; ms += 500)
		seek(t, ms);
	assert_int_equal(t->p.views, 1);
	seek(t, 1050); /* back, with nothing between */
	assert_int_equal(t->p.views, 1);
	seek(t, 9000);
	assert_int_equal(t->p.views, 2);
	assert_true(shows(t, "onetwo"));
}

/* What was printed before has the size of then. */
static void
it_has_the_size_of_that_moment(void **state)
{
	struct fixture *t = *state;

	record(t, HEADER "[0.0, \"o\", \"\\u001b[1;78Habcdef\"]\n"
			 "[0.1, \"o\", \"\\u001b[24;70Hcorner\"]\n"
			 "[1.0, \"r\", \"132x40\"]\n"
			 "[2.0, \"o\", \"\\u001b[40;120Hfar away\"]\n"
			 "[3.0, \"r\", \"nonsense\"]\n");
	open_file(t, FILE_NAME);
	seek(t, 3000);
	assert_true(shows(t, "corner") && shows(t, "far away"));
	assert_true(shows(t, "abc") && !shows(t, "abcd") && shows(t, "def"));
	assert_int_equal(t->p.rows, 40);
	assert_int_equal(t->p.cols, 132);
	seek(t, 500);
	assert_true(shows(t, "corner") && !shows(t, "far away"));
	assert_int_equal(t->p.rows, 24);
}

/* More than a ring holds, of which nothing draws the first line anew. */
static void
what_was_printed_long_before_stands_still(void **state)
{
	struct fixture *t = *state;
	char line[4096], rest[3800];

	memset(rest, 'x', sizeof(rest));
	rest[sizeof(rest) - 1] = '\0';
	record(t, HEADER "[0.0, \"o\", \"the first line\"]\n");
	for (int i = 0; i < 120; i++) {
		snprintf(line, sizeof(line),
		    "[%d.5, \"o\", \"\\u001b[10;1H%s\\u001b[9;1H<%d>\"]\n", i,
		    rest, i);
		/* Wrapped lines would scroll it away. */
		memcpy(strstr(line, "xxx"), "\\u001b[?7l", 10);
		record(t, line);
	}
	open_file(t, FILE_NAME);
	seek(t, 1000000);
	assert_true(shows(t, "the first line") && shows(t, "<119>"));
	assert_int_equal(t->p.of, 119500);
	assert_int_equal(t->p.views, 1);
	seek(t, 60500);
	assert_true(shows(t, "the first line") && shows(t, "<60>"));
}

static void
one_that_is_written_is_shown_as_far_as_it_is(void **state)
{
	struct fixture *t = *state;

	record(t, HEADER);
	open_file(t, FILE_NAME);
	seek(t, 0);
	assert_int_equal(t->p.of, 0);
	record(t, "[1.0, \"o\", \"one\"]\n[2.0, \"o\", \"tw");
	seek(t, 5000);
	assert_true(shows(t, "one") && !shows(t, "tw"));
	assert_int_equal(t->p.of, 1000);
	record(t, "o\"]\n");
	seek(t, 5000);
	assert_true(shows(t, "onetwo"));
	assert_int_equal(t->p.of, 2000);
}

static void
what_is_no_recording_is_refused(void **state)
{
	static char long_line[3 * CAST_LINE_MAX];
	struct fixture *t = *state;

	open_file(t, "c101/bob/other.cast");
	wait_refusal(t, "No such file");
	open_file(t, "c101/../bob/x.cast");
	wait_refusal(t, "no recording");
	open_file(t, FILE_NAME);
	wait_refusal(t, "empty");
	record(t, "[0, \"o\", \"x\"]\n");
	open_file(t, FILE_NAME);
	wait_refusal(t, "header");
	assert_int_equal(ftruncate(t->file, 0), 0);
	record(t, HEADER "[0, \"o\", \"x\"]\nnonsense\n");
	open_file(t, FILE_NAME);
	ask(t, 5000);
	wait_refusal(t, "damaged");
	assert_int_equal(ftruncate(t->file, 0), 0);
	record(t, HEADER);
	memset(long_line, ' ', sizeof(long_line) - 1);
	record(t, long_line);
	open_file(t, FILE_NAME);
	ask(t, 5000);
	wait_refusal(t, "damaged");
}

static void
who_leaves_leaves_nothing_and_they_are_not_too_many(void **state)
{
	struct fixture *t = *state;
	int fd[PLAYINGS_MAX];
	int64_t ends = clock_ms() + PATIENCE_MS;

	record(t, HEADER "[0, \"o\", \"x\"]\n");
	for (int i = 0; i < PLAYINGS_MAX; i++) {
		open_file(t, FILE_NAME);
		fd[i] = take_fd(&t->p.fd);
	}
	open_file(t, FILE_NAME);
	read_all(&t->p);
	assert_true(t->p.is_hung_up);
	assert_non_null(strstr(t->p.why, "too many"));
	for (int i = 0; i < PLAYINGS_MAX; i++)
		close(fd[i]);
	while (t->all.count > 0) {
		turn(t);
		assert_true(clock_ms() < ends);
	}
	open_file(t, FILE_NAME);
	seek(t, 0);
	ask(t, 0); /* and leaves before the answer */
	scope_close(&t->p.fd);
	while (t->all.count > 0) {
		playings_turn(&t->all);
		fanouts_turn(&t->fans);
		fanouts_serve(&t->fans);
		assert_true(clock_ms() < ends);
	}
}

static void
without_a_painter_it_is_told(void **state)
{
	struct fixture *t = *state;

	record(t, HEADER "[0, \"o\", \"x\"]\n");
	painter_stop(&t->fans.painter);
	open_file(t, FILE_NAME);
	ask(t, 0);
	wait_refusal(t, "cannot draw");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(a_moment_is_shown_forwards_and_backwards),
		TEST(a_view_that_is_the_same_is_not_sent_again),
		TEST(it_has_the_size_of_that_moment),
		TEST(what_was_printed_long_before_stands_still),
		TEST(one_that_is_written_is_shown_as_far_as_it_is),
		TEST(what_is_no_recording_is_refused),
		TEST(who_leaves_leaves_nothing_and_they_are_not_too_many),
		TEST(without_a_painter_it_is_told),
#undef TEST
	};

	if (snapshot_is_process(argc, argv))
		return snapshot_process();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
