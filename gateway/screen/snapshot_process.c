/*
 * snapshot_process.c - the process that makes a snapshot.
 *
 * The bytes are a student's and the emulator is libtsm.  Whoever takes this
 * process over by a fault of libtsm has its memory, in which there is nothing but
 * the screen, and one file, whose bytes go to the student's own terminal.  No
 * seccomp program stands around it: sandboxes may not install any, since they
 * would take from what the whole host has of them (bpf_jit_limit), and what it
 * may do without a descriptor, a capability or a file to open is less than what
 * any program of the student's may.
 */
#include "gateway/screen/snapshot_process.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "gateway/base/nobody.h"
#include "gateway/base/scope.h"
#include "gateway/base/small_libc.h"
#include "gateway/base/terminal_ring.h"
#include "gateway/screen/paint.h"
#include "gateway/screen/view.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1 /* shadow memory */
#else
#define SANITIZED 0
#endif

/* Two screens of the largest size are 15 MB of cells; init itself has 4 MB of
 * addresses. */
#define MEMORY_MAX  (UINT64_C(64) << 20)
#define CPU_SECONDS 1

/* A user of the sandbox that nothing else runs as. */
#define UNUSED_ID 65533

/* What it works on: copies, so that nobody writes to them meanwhile. */
struct input {
	struct snapshot_job *job; /* for the result */
	struct snapshot_job order;
	struct terminal_ring_copy *ring;
	uint8_t *base;
	size_t base_length;
	char *painting; /* room for it */
};

bool
snapshot_is_process(int argc, char **argv)
{
	return argc == 2 && strcmp(argv[1], SNAPSHOT_ARGUMENT) == 0;
}

/* --- before the jail ---------------------------------------------------- */

static int
read_job(struct input *in)
{
	void *at = mmap(NULL, sizeof(*in->job), PROT_READ | PROT_WRITE,
	    MAP_SHARED, SNAPSHOT_JOB, 0);

	if (at == MAP_FAILED)
		return -1;
	in->job = at;
	in->order = *in->job;
	return 0;
}

static int
read_ring(struct input *in)
{
	struct terminal_ring ring;
	struct err e;
	int rc;

	if (terminal_ring_open(&ring, SNAPSHOT_RING, &e) == -1)
		return -1;
	rc = terminal_ring_read(&ring, in->ring, &e);
	terminal_ring_close(&ring);
	return rc;
}

static int
read_base(struct input *in)
{
	ssize_t n;

	if (!in->order.has_base)
		return 0;
	n = pread(SNAPSHOT_BASE, in->base, TERMINAL_PAINT_BYTES, 0);
	if (n == -1)
		return -1;
	in->base_length = (size_t)n;
	return 0;
}

/* Nothing is parsed yet. */
static int
take_input(struct input *in)
{
	in->ring = malloc(sizeof(*in->ring));
	in->base = malloc(TERMINAL_PAINT_BYTES);
	in->painting = malloc(TERMINAL_PAINT_BYTES);
	if (in->ring == NULL || in->base == NULL || in->painting == NULL)
		return -1;
	if (read_job(in) == -1 || read_ring(in) == -1 || read_base(in) == -1)
		return -1;
	return close_range(SNAPSHOT_OUT + 1, ~0U, 0);
}

/* --- the jail ----------------------------------------------------------- */

static int
limit(int resource, rlim_t most)
{
	const struct rlimit r = { most, most };

	return setrlimit(resource, &r);
}

/* SIGPROF ends it: rlimits count whole seconds.  Who blocks that in a process that was
 * taken over meets those. */
static int
limit_cpu(void)
{
	const struct itimerval most = {
		.it_value = { .tv_usec = SNAPSHOT_CPU_MS * 1000 }
	};

	return setitimer(ITIMER_PROF, &most, NULL) == -1
		   ? -1
		   : limit(RLIMIT_CPU, CPU_SECONDS);
}

int
snapshot_limit(void)
{
	if (close_range(0, 2, 0) == -1 ||
	    (!SANITIZED && limit(RLIMIT_AS, MEMORY_MAX) == -1) ||
	    limit_cpu() == -1 ||
	    limit(RLIMIT_FSIZE, TERMINAL_PAINT_BYTES) == -1 ||
	    limit(RLIMIT_NPROC, 0) == -1 || limit(RLIMIT_MSGQUEUE, 0) == -1 ||
	    limit(RLIMIT_SIGPENDING, 0) == -1 || limit(RLIMIT_CORE, 0) == -1)
		return -1;
	return 0;
}

/* Nobody, with nothing.  A change of the user must not come before what it takes
 * the right for, and no file can be opened after the end. */
static int
jail(void)
{
	if (snapshot_limit() == -1 || nobody_become(UNUSED_ID) == -1)
		return -1;
	return limit(RLIMIT_NOFILE, 0);
}

/* --- in the jail -------------------------------------------------------- */

/* Which screen a ring that has lost its beginning begins with: the other one
 * than the first that it switches to, or, without a switch, the last one. */
struct switches {
	unsigned count;
};

static void
count_switch(void *self, bool alternate)
{
	struct switches *all = self;

	(void)alternate;
	all->count++;
}

static unsigned
switches_from(uint32_t screen, const uint8_t *bytes, size_t n)
{
	struct switches all = { 0 };
	const struct terminal_sink sink = { .self = &all,
		.before_screen = count_switch };
	struct terminal_filter f;

	terminal_filter_init(&f);
	f.modes.on |= screen;
	terminal_filter_run(&f, bytes, n, &sink);
	return all.count;
}

static bool
begins_alternate(const struct terminal_ring_copy *copy, size_t at)
{
	size_t n = copy->end - copy->begin - at;
	unsigned primary = switches_from(0, copy->data + at, n);
	unsigned alternate =
	    switches_from(TERMINAL_ALTERNATE, copy->data + at, n);

	if (primary != alternate)
		return alternate > primary;
	return (copy->filter.modes.on & TERMINAL_ALTERNATE) != 0;
}

/* What was printed between the base and the ring's first byte is lost. */
static void
feed_after_loss(struct screen *s, const struct terminal_ring_copy *copy)
{
	size_t n = copy->end - copy->begin,
	       at = terminal_ring_first_whole(copy->data, n);
	struct terminal_modes modes = s->filter.modes;
	const char *to =
	    begins_alternate(copy, at) ? "\033[?1049h" : "\033[?1049l";
	uint32_t own;

	terminal_filter_init(&s->filter);
	s->filter.modes = modes;
	screen_feed(s, (const uint8_t *)to, strlen(to));
	screen_feed(s, copy->data + at, n - at);
	/* Whoever wrote the ring knows all modes, but which screen it is must be
	 * that of the emulator. */
	own = s->filter.modes.on & TERMINAL_ALTERNATE;
	s->filter.modes = copy->filter.modes;
	s->filter.modes.on &= ~(uint32_t)TERMINAL_ALTERNATE;
	s->filter.modes.on |= own;
}

static void
feed_ring(struct screen *s, const struct terminal_ring_copy *copy,
    uint64_t from)
{
	if (from > copy->end) /* of another ring */
		from = copy->end;
	if (from < copy->begin)
		feed_after_loss(s, copy);
	else
		screen_feed(s, copy->data + (from - copy->begin),
		    copy->end - from);
}

/* The screen as the base has it. */
static struct screen *
make_screen(const struct input *in)
{
	const struct snapshot_job *o = &in->order;
	struct screen *s;

	if (!o->has_base)
		return screen_new(o->rows, o->cols);
	s = screen_new(o->base_rows, o->base_cols);
	if (s == NULL)
		return NULL;
	screen_feed(s, in->base, in->base_length);
	s->filter = o->base_filter;
	if (screen_resize(s, o->rows, o->cols) == 0)
		return s;
	screen_free(s);
	return NULL;
}

static int
write_all(const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t done = write(SNAPSHOT_OUT, bytes, n);

		if (done == -1)
			return -1;
		bytes += done;
		n -= (size_t)done;
	}
	return 0;
}

static int
work(struct input *in)
{
	const struct snapshot_job *o = &in->order;
	struct screen *s = make_screen(in);
	struct paint_note note = { 0, 0 };
	size_t n;

	if (s == NULL)
		return -1;
	feed_ring(s, in->ring, o->has_base ? o->base_position : 0);
	in->job->position = in->ring->end;
	in->job->filter = s->filter;
	if (o->is_view)
		n = view_paint(s, o->to_rows, o->to_cols, in->painting,
		    TERMINAL_PAINT_BYTES);
	else
		n = paint(s, o->to_rows, o->to_cols, in->painting,
		    TERMINAL_PAINT_BYTES, &note);
	in->job->note_at = (uint32_t)note.at;
	in->job->note_under = (uint32_t)note.under;
	if (n == 0 || write_all(in->painting, n) == -1)
		return -1;
	in->job->is_done = true;
	return 0;
}

/* Its memory goes with the process. */
int
snapshot_process_in(int (*enter)(void))
{
	static struct input in;

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1 || take_input(&in) == -1 ||
	    enter() == -1 || work(&in) == -1)
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}

int
snapshot_process(void)
{
	return snapshot_process_in(jail);
}
