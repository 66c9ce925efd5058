/* test_fanout.c - one terminal, shown to any number of watchers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/recorder/fanout.h"
#include "gateway/recorder/watcher.h"
#include "gateway/screen/snapshot_process.h"
#include "gateway/wire/rights.h"
#include "tests/screens.h"

#define PATIENCE_MS 60000 /* a machine with other work paints late */

/* Who watches: what its terminal shows. */
struct person {
	int fd;
	struct screen
	    *screen; /* what it was brought to by pictures and output */
	char *view;  /* the last one; NULL: none */
	unsigned pictures, views, rows, cols;
	size_t output; /* bytes of it */
	bool is_over, is_hung_up;
	uint32_t status;
	char last_output[256];
};

struct fixture {
	struct fanouts all;
	struct fanout *f;
	struct err e;
};

static int
setup(void **state)
{
	struct fixture *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	assert_int_equal(painter_start(&t->all.painter, NULL, &t->e), 0);
	assert_int_equal(fanouts_begin(&t->all, &t->e), 0);
	t->f = fanout_new(&t->all, 24, 80, &t->e);
	assert_non_null(t->f);
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *t = *state;

	fanouts_end(&t->all);
	free(t);
	return 0;
}

static void
print(struct fixture *t, const char *text)
{
	fanout_output(t->f, (const uint8_t *)text, strlen(text));
}

static struct person
sit_down(struct fixture *t, uint32_t number, unsigned rows, unsigned cols)
{
	struct person p = { .screen = screen_new(24, 80) };
	int ends[2];

	assert_non_null(p.screen);
	assert_int_equal(socketpair(AF_UNIX,
			     SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
			     ends),
	    0);
	p.fd = ends[1];
	assert_int_equal(fanout_add(t->f, number, ends[0], rows, cols, &t->e),
	    0);
	return p;
}

static void
get_up(struct person *p)
{
	scope_close(&p->fd);
	screen_free(p->screen);
	free(p->view);
}

/* --- what comes ----------------------------------------------------------------- */

static void
take_picture(struct person *p, uint8_t kind, int fd)
{
	char *bytes = calloc(1, WATCH_PICTURE_MAX + 1);
	ssize_t n = pread(fd, bytes, WATCH_PICTURE_MAX, 0);

	assert_true(n > 0);
	if (kind == WATCH_VIEW) {
		free(p->view);
		p->view = bytes;
		p->views++;
		return;
	}
	screen_free(p->screen);
	p->screen = screen_new(p->rows, p->cols);
	screen_feed(p->screen, (const uint8_t *)bytes, (size_t)n);
	p->pictures++;
	free(bytes);
}

static void
take_frame(struct person *p, const struct tap_frame *f, const struct rights *r)
{
	uint32_t signal;
	size_t n;

	switch (f->kind) {
	case TAP_SIZE:
		assert_true(tap_read_size(f, &p->rows, &p->cols));
		break;
	case WATCH_PICTURE:
	case WATCH_VIEW:
		assert_int_equal(r->count, 1);
		take_picture(p, f->kind, r->fd[0]);
		break;
	case TAP_OUTPUT:
		screen_feed(p->screen, f->bytes, f->length);
		p->output += f->length;
		n = f->length < sizeof(p->last_output) - 1
			? f->length
			: sizeof(p->last_output) - 1;
		memcpy(p->last_output, f->bytes, n);
		p->last_output[n] = '\0';
		break;
	case TAP_END:
		assert_true(tap_read_end(f, &p->status, &signal));
		p->is_over = true;
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

		assert_true(r.whole);
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
	struct pollfd fds[2] = { { t->all.epoll, POLLIN, 0 },
		{ t->all.painter.fd, POLLIN, 0 } };
	int ms = fanouts_turn(&t->all);

	poll(fds, 2, ms == -1 || ms > 20 ? 20 : ms);
	fanouts_serve(&t->all);
}

/* Until p shows that text, in its view or on its screen. */
static void
wait_for(struct fixture *t, struct person *p, const char *text)
{
	int64_t ends = clock_ms() + PATIENCE_MS;
	char *dump = NULL;

	for (;;) {
		turn(t);
		read_all(p);
		free(dump);
		dump = screens_dump(p->screen);
		if ((p->pictures > 0 && strstr(dump, text) != NULL) ||
		    (p->view != NULL && strstr(p->view, text) != NULL))
			break;
		if (clock_ms() > ends)
			fail_msg("'%s' is not in '%s' or '%s'", text, dump,
			    p->view == NULL ? "" : p->view);
	}
	free(dump);
}

/* --- tests ---------------------------------------------------------------------- */

static void
who_comes_late_gets_the_screen_and_then_what_is_printed(void **state)
{
	struct fixture *t = *state;
	struct person p;

	print(t, "before\r\n\033[31mred");
	p = sit_down(t, 1, 24, 80);
	wait_for(t, &p, "before\nred");
	assert_int_equal(p.pictures, 1);
	print(t, " and after");
	read_all(&p);
	assert_string_equal(p.last_output, " and after");
	wait_for(t, &p, "red and after");
	assert_int_equal(p.pictures, 1);
	get_up(&p);
}

static void
what_is_printed_while_a_picture_is_made_is_in_it_or_follows(void **state)
{
	struct fixture *t = *state;
	struct person p;
	char line[32], last[32] = "";

	for (int i = 0; i < 20; i++) {
		p = sit_down(t, 1, 24, 80);
		for (int k = 0; k < 30; k++) {
			snprintf(line, sizeof(line), "\r\n<%d.%d", i, k);
			print(t, line);
			if (k % 5 == 0)
				turn(t);
			strcpy(last, line + 2);
		}
		wait_for(t, &p, last);
		snprintf(line, sizeof(line), "<%d.28\n<%d.29", i, i);
		wait_for(t, &p, line);
		get_up(&p);
		turn(t);
	}
}

static void
vim_stays_on_its_screen(void **state)
{
	struct fixture *t = *state;
	struct person p;

	print(t, "shell$ vim\r\n\033[?1049h\033[2J\033[5;5Hin vim");
	p = sit_down(t, 1, 24, 80);
	wait_for(t, &p, "in vim");
	print(t, "\033[?1049lback");
	wait_for(t, &p, "shell$ vim\nback");
	assert_int_equal(p.pictures, 1);
	get_up(&p);
}

static void
hostile_bytes_reach_nobody(void **state)
{
	struct fixture *t = *state;
	struct person p = sit_down(t, 1, 24, 80);

	print(t, "\033]0;early\a");
	wait_for(t, &p, "");
	print(t, "a\033[6n\033[c\033]52;c;ZXZpbA==\a\033]0;rm -rf ~\033\\"
		 "\033P$q\"p\033\\\033[>0q\x9b\x36nb");
	turn(t);
	print(t, "END");
	wait_for(t, &p, "END");
	assert_null(strstr(p.last_output, "]"));
	assert_null(strstr(p.last_output, "\033"));
	get_up(&p);
}

static void
another_window_gets_rows_of_its_own(void **state)
{
	struct fixture *t = *state;
	struct person p = sit_down(t, 1, 10, 20), large;

	large = sit_down(t, 2, 50, 132);
	print(t, "\033[24;70H\033[1mcorner\033[0m");
	wait_for(t, &p, "corner");
	/* Nine rows and a line that is the tool's: the last of each. */
	assert_true(strncmp(p.view, "15 56 8 19 1\n", 13) == 0);
	wait_for(t, &large, "corner");
	assert_true(strncmp(large.view, "0 0 23 75 1\n", 12) == 0);
	print(t, "\033[H\033[?25lfirst");
	wait_for(t, &p, "first");
	assert_true(strncmp(p.view, "0 0 0 5 0\n", 10) == 0);
	assert_int_equal(p.pictures, 0);
	assert_int_equal(p.rows, 24);
	get_up(&p);
	get_up(&large);
}

/* Of all of the screen, once a second at most, and not even that where they are many. */
static void
a_tile_has_views_now_and_then(void **state)
{
	struct fixture *t = *state;
	struct person p = { .screen = screen_new(24, 80) };
	int64_t begun = clock_ms();
	int ends[2], times = 0;

	assert_int_equal(socketpair(AF_UNIX,
			     SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
			     ends),
	    0);
	p.fd = ends[1];
	assert_int_equal(fanout_add_tile(t->f, 1, ends[0], &t->e), 0);
	assert_int_equal(t->all.tiles, 1);
	print(t, "\033[24;70H\033[1mcorner");
	wait_for(t, &p, "corner");
	assert_true(strncmp(p.view, "0 0 23 75 1\n", 12) == 0);
	for (; times < 30; times++) {
		print(t, "\r\nline");
		turn(t);
	}
	print(t, "\r\nlast");
	wait_for(t, &p, "last");
	assert_int_equal(p.pictures, 0);
	assert_true(p.views <= 2 + (clock_ms() - begun) / 1000);
	t->all.tiles = 150; /* elsewhere */
	begun = clock_ms();
	print(t, "\r\none more");
	wait_for(t, &p, "one more");
	assert_true(clock_ms() - begun > 1000);
	t->all.tiles = 1;
	get_up(&p);
	while (t->all.tiles > 0)
		turn(t);
}

/* Of all of the screen, and not more than some three hundred in a second. */
static void
those_of_a_stage_share_one_view(void **state)
{
	enum { SOME = 300 };
	struct fixture *t = *state;
	struct person *p = calloc(SOME, sizeof(*p));
	int64_t begun = clock_ms();
	unsigned views = 0;
	int ends[2];

	for (uint32_t i = 0; i < SOME; i++) {
		p[i].screen = screen_new(24, 80);
		assert_int_equal(
		    socketpair(AF_UNIX,
			SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends),
		    0);
		p[i].fd = ends[1];
		assert_int_equal(fanout_add_stage(t->f, i + 1, ends[0], &t->e),
		    0);
	}
	assert_int_equal(t->f->stage_count, SOME);
	for (int i = 0; i < 40; i++) {
		print(t, "\r\nline");
		turn(t);
	}
	print(t, "\033[24;70H\033[1mcorner");
	for (int i = 0; i < SOME; i++) {
		wait_for(t, &p[i], "corner");
		assert_true(strncmp(p[i].view, "0 0 23 75 1\n", 12) == 0);
		assert_int_equal(p[i].pictures, 0);
		views += p[i].views;
	}
	assert_true(views <= SOME * (2 + (clock_ms() - begun) / (3 * SOME)));
	for (int i = 0; i < SOME; i++)
		get_up(&p[i]);
	turn(t);
	turn(t);
	turn(t);
	assert_true(t->f->stage_count < SOME);
	free(p);
}

static void
one_of_a_stage_who_does_not_read_is_kept_a_few_views(void **state)
{
	struct fixture *t = *state;
	struct person p = { .screen = screen_new(24, 80) };
	int64_t ends_ms = clock_ms() + PATIENCE_MS;
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX,
			     SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
			     ends),
	    0);
	p.fd = ends[1];
	assert_int_equal(fanout_add_stage(t->f, 1, ends[0], &t->e), 0);
	while (LIST_EMPTY(&t->f->watchers) ||
	       LIST_FIRST(&t->f->watchers)->state != WATCHER_BLOCKED) {
		print(t, "\r\nmore");
		turn(t);
		assert_true(clock_ms() < ends_ms);
	}
	print(t, "\r\nlast");
	wait_for(t, &p, "last");
	assert_true(p.views <= 16);
	get_up(&p);
}

static void
a_window_that_changes_gets_what_fits(void **state)
{
	struct fixture *t = *state;
	struct person p = sit_down(t, 1, 30, 100);
	struct tap_packet ask;

	print(t, "text");
	wait_for(t, &p, "text");
	assert_int_equal(p.pictures, 0);
	tap_begin_packet(&ask);
	tap_add_size(&ask, 0, 24, 80);
	assert_int_equal(send(p.fd, ask.bytes, ask.used, 0), ask.used);
	while (p.pictures == 0)
		wait_for(t, &p, "text");
	/* And the terminal's, too. */
	fanout_resize(t->f, 30, 90);
	print(t, "\033[30;1Hlast row");
	wait_for(t, &p, "last row");
	assert_int_equal(p.cols, 90);
	get_up(&p);
}

/* Who does not read is sent nothing that has to be kept, and gets the screen later. */
static void
a_stopped_watcher_costs_nothing_and_comes_back(void **state)
{
	struct fixture *t = *state;
	struct person stopped = sit_down(t, 1, 24, 80),
		      other = sit_down(t, 2, 24, 80);
	static uint8_t block[16 << 10];
	int64_t began;

	wait_for(t, &stopped, "");
	wait_for(t, &other, "");
	memset(block, 'x', sizeof(block));
	block[0] = '\n';
	began = clock_ms();
	for (int i = 0; i < 1280; i++) { /* 20 MB */
		fanout_output(t->f, block, sizeof(block));
		if (i % 16 == 0) {
			turn(t);
			read_all(&other);
		}
	}
	print_message("20 MB in %d ms\n", (int)(clock_ms() - began));
	print(t, "\r\nat last");
	wait_for(t, &other, "at last");
	stopped.pictures = 0;
	wait_for(t, &stopped, "at last");
	assert_int_not_equal(stopped.pictures, 0);
	get_up(&stopped);
	get_up(&other);
}

static void
many_watch_and_some_leave(void **state)
{
	struct fixture *t = *state;
	struct person p[300];

	print(t, "stage");
	for (unsigned i = 0; i < 300; i++)
		p[i] = sit_down(t, i + 1, 24, 80);
	for (unsigned i = 0; i < 300; i++)
		wait_for(t, &p[i], "stage");
	for (unsigned i = 0; i < 300; i += 2)
		get_up(&p[i]);
	print(t, " goes on");
	for (unsigned i = 1; i < 300; i += 2) {
		wait_for(t, &p[i], "stage goes on");
		assert_int_equal(p[i].pictures, 1);
		get_up(&p[i]);
	}
}

static void
its_end_is_told(void **state)
{
	struct fixture *t = *state;
	struct person p = sit_down(t, 1, 24, 80), q = sit_down(t, 2, 24, 80);

	wait_for(t, &p, "");
	fanouts_drop(&t->all, 2);
	turn(t);
	read_all(&q);
	assert_true(q.is_hung_up);
	assert_false(q.is_over);
	fanout_over(t->f, 3, 0);
	read_all(&p);
	assert_true(p.is_over && p.is_hung_up);
	assert_int_equal(p.status, 3);
	turn(t);
	get_up(&p);
	get_up(&q);
}

/* What a picture is made of may be anything. */
static void
a_painter_that_is_lost_leaves_the_text(void **state)
{
	struct fixture *t = *state;
	struct person p;

	print(t, "one\r\ntwo");
	painter_stop(&t->all.painter);
	p = sit_down(t, 1, 24, 80);
	wait_for(t, &p, "one\ntwo");
	print(t, " three");
	wait_for(t, &p, "two three");
	get_up(&p);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(who_comes_late_gets_the_screen_and_then_what_is_printed),
		TEST(
		    what_is_printed_while_a_picture_is_made_is_in_it_or_follows),
		TEST(vim_stays_on_its_screen),
		TEST(hostile_bytes_reach_nobody),
		TEST(another_window_gets_rows_of_its_own),
		TEST(a_tile_has_views_now_and_then),
		TEST(those_of_a_stage_share_one_view),
		TEST(one_of_a_stage_who_does_not_read_is_kept_a_few_views),
		TEST(a_window_that_changes_gets_what_fits),
		TEST(a_stopped_watcher_costs_nothing_and_comes_back),
		TEST(many_watch_and_some_leave),
		TEST(its_end_is_told),
		TEST(a_painter_that_is_lost_leaves_the_text),
#undef TEST
	};

	if (snapshot_is_process(argc, argv))
		return snapshot_process();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
