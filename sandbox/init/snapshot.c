/*
 * snapshot.c - the screen of a terminal, painted from the last of its bytes.
 *
 * The process has a copy of init's memory, and whoever takes it over by a fault
 * of libtsm can write that to the student's own terminal, which is all that its
 * file is for.  No seccomp program stands around it, since sandboxes may not
 * install any: they would take from what the whole host has of them.  What it
 * may do without a descriptor, a capability or a file to open is less than what
 * any program of the student's may.
 */
#include "sandbox/init/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/clock.h"
#include "gateway/base/memfd.h"
#include "gateway/base/scope.h"
#include "sandbox/init/paint.h"

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

/* In a ring that has lost its beginning the first bytes may be the rest of a
 * sequence. */
#define PARTIAL_MAX 256

/* Of the fallback. */
#define TAIL_MAX (16u << 10)

/* What the process says; the caller bounds it. */
struct snapshot_result {
	bool is_done;
	uint64_t position;
	struct terminal_filter filter;
};

struct job {
	const struct snapshot_order *order;
	struct snapshot_result *result;
};

/* The process's descriptors. */
enum { OUT = CHILD_FD, BASE };

/* --- the jail ----------------------------------------------------------- */

static int
limit(int resource, rlim_t most)
{
	const struct rlimit r = { most, most };

	return setrlimit((__rlimit_resource_t)resource, &r);
}

/* Nobody, with nothing.  A change of the user must not come before what it takes
 * the right for, and no file can be opened after the end. */
static int
jail(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3,
		0 };
	const struct __user_cap_data_struct none[2] = { { 0 } };

	if (close_range(0, 2, 0) == -1 ||
	    (!SANITIZED && limit(RLIMIT_AS, MEMORY_MAX) == -1) ||
	    limit(RLIMIT_CPU, CPU_SECONDS) == -1 ||
	    limit(RLIMIT_FSIZE, TERMINAL_PAINT_BYTES) == -1 ||
	    limit(RLIMIT_NPROC, 0) == -1 || limit(RLIMIT_MSGQUEUE, 0) == -1 ||
	    limit(RLIMIT_SIGPENDING, 0) == -1 || limit(RLIMIT_CORE, 0) == -1)
		return -1;
	if (setgroups(0, NULL) == -1 ||
	    setresgid(UNUSED_ID, UNUSED_ID, UNUSED_ID) == -1 ||
	    setresuid(UNUSED_ID, UNUSED_ID, UNUSED_ID) == -1 ||
	    syscall(SYS_capset, &head, none) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
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

/* Where the first whole line or sequence begins. */
static size_t
first_whole(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n && i < PARTIAL_MAX; i++) {
		if (bytes[i] == '\033' || bytes[i] == '\n')
			return i;
	}
	return 0;
}

/* What was printed between the base and the ring's first byte is lost. */
static void
feed_after_loss(struct screen *s, const struct terminal_ring_copy *copy)
{
	size_t n = copy->end - copy->begin, at = first_whole(copy->data, n);
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
static int
feed_base(struct screen *s, const struct snapshot *base)
{
	FREES uint8_t *bytes = malloc(TERMINAL_PAINT_BYTES);
	ssize_t n = 0;

	if (bytes == NULL)
		return -1;
	n = pread(BASE, bytes, TERMINAL_PAINT_BYTES, 0);
	if (n == -1)
		return -1;
	screen_feed(s, bytes, (size_t)n);
	s->filter = base->filter;
	return 0;
}

static struct screen *
make_screen(const struct snapshot_order *order)
{
	const struct snapshot *base = order->base;
	struct screen *s;

	if (base == NULL)
		return screen_new(order->rows, order->cols);
	s = screen_new(base->rows, base->cols);
	if (s == NULL)
		return NULL;
	if (feed_base(s, base) == 0 &&
	    screen_resize(s, order->rows, order->cols) == 0)
		return s;
	screen_free(s);
	return NULL;
}

static int
write_all(const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t done = write(OUT, bytes, n);

		if (done == -1)
			return -1;
		bytes += done;
		n -= (size_t)done;
	}
	return 0;
}

static int
write_painting(struct screen *s, const struct snapshot_order *order)
{
	FREES char *bytes = malloc(TERMINAL_PAINT_BYTES);
	size_t n;

	if (bytes == NULL)
		return -1;
	n = paint(s, order->to_rows, order->to_cols, bytes,
	    TERMINAL_PAINT_BYTES);
	return n == 0 ? -1 : write_all(bytes, n);
}

/* The screen's memory goes with the process. */
static int
work(const void *arg)
{
	const struct job *job = arg;
	const struct snapshot_order *order = job->order;
	FREES struct terminal_ring_copy *copy = malloc(sizeof(*copy));
	struct screen *s;
	struct err e;

	if (copy == NULL || jail() == -1 ||
	    terminal_ring_read(order->ring, copy, &e) == -1)
		return EXIT_FAILURE;
	s = make_screen(order);
	if (s == NULL)
		return EXIT_FAILURE;
	feed_ring(s, copy, order->base == NULL ? 0 : order->base->position);
	job->result->position = copy->end;
	job->result->filter = s->filter;
	if (write_painting(s, order) == -1)
		return EXIT_FAILURE;
	job->result->is_done = true;
	return EXIT_SUCCESS;
}

/* --- in init ------------------------------------------------------------ */

static void
run_free(struct snapshot_run *run)
{
	if (run->result != NULL)
		munmap(run->result, sizeof(*run->result));
	if (run->pid != 0)
		scope_close(&run->made.file);
	*run = (struct snapshot_run){ 0 };
}

static struct snapshot_result *
map_result(void)
{
	void *at = mmap(NULL, sizeof(struct snapshot_result),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

int
snapshot_start(struct snapshot_run *run, const struct snapshot_order *order,
    struct err *e)
{
	CLOSES int file = memfd_make("snapshot");
	const int fds[] = { file,
		order->base == NULL ? -1 : order->base->file };
	struct snapshot_result *result = map_result();
	const struct job job = { order, result };
	pid_t pid;

	*run = (struct snapshot_run){ 0 };
	if (file == -1 || result == NULL ||
	    (pid = child_start(work, &job, fds, 2)) == -1) {
		err_set(e, errno, "process of a snapshot");
		if (result != NULL)
			munmap(result, sizeof(*result));
		return -1;
	}
	*run = (struct snapshot_run){ .pid = pid,
		.ends_ms = clock_ms() + SNAPSHOT_MS,
		.result = result,
		.made = { .file = take_fd(&file),
		    .rows = order->to_rows,
		    .cols = order->to_cols } };
	return 0;
}

int
snapshot_timeout(const struct snapshot_run *run)
{
	int64_t left = run->ends_ms - clock_ms();

	if (run->pid == 0)
		return -1;
	return left < 0 ? 0 : (int)left;
}

void
snapshot_kill(struct snapshot_run *run)
{
	if (run->pid > 0)
		kill(run->pid, SIGKILL);
}

static int
why(int status, struct err *e)
{
	if (WIFSIGNALED(status))
		return err_set(e, 0, "snapshot: signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != EXIT_SUCCESS)
		return err_set(e, 0, "snapshot: exit status %d",
		    WEXITSTATUS(status));
	return err_set(e, EPROTO, "snapshot");
}

int
snapshot_take(struct snapshot_run *run, int status, struct snapshot *made,
    struct err *e)
{
	struct stat st;
	bool is_good =
	    WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS &&
	    run->result->is_done && fstat(run->made.file, &st) == 0 &&
	    st.st_size > 0 && st.st_size <= TERMINAL_PAINT_BYTES &&
	    lseek(run->made.file, 0, SEEK_SET) == 0;

	*made = (struct snapshot){ .file = -1 };
	if (is_good) {
		*made = run->made;
		made->position = run->result->position;
		made->filter = run->result->filter;
		terminal_filter_bound(&made->filter);
		run->made.file = -1;
	} else {
		why(status, e);
	}
	run_free(run);
	return is_good ? 0 : -1;
}

void
snapshot_free(struct snapshot *s)
{
	scope_close(&s->file);
}

/* --- without a process -------------------------------------------------- */

struct text {
	char *bytes;
	size_t n;
};

static void
add(void *self, const uint8_t *bytes, size_t n)
{
	struct text *t = self;

	if (n > TERMINAL_PAINT_BYTES - t->n)
		n = TERMINAL_PAINT_BYTES - t->n;
	memcpy(t->bytes + t->n, bytes, n);
	t->n += n;
}

static void
add_text(struct text *t, const char *text)
{
	add(t, (const uint8_t *)text, strlen(text));
}

/* Where the last of so many rows begins, after the end of the line before. */
static size_t
last_rows(const struct terminal_ring_copy *copy, unsigned rows)
{
	size_t n = copy->end - copy->begin, at = n;

	while (at > 0 && n - at < TAIL_MAX) {
		if (copy->data[at - 1] == '\n' && rows-- == 0)
			return at;
		at--;
	}
	return at == 0 ? 0 : at + first_whole(copy->data + at, n - at);
}

static void
add_tail(struct text *t, const struct terminal_ring_copy *copy, unsigned rows)
{
	const struct terminal_modes *m = &copy->filter.modes;
	const struct terminal_sink sink = { .self = t, .bytes = add };
	size_t at = last_rows(copy, rows);
	char modes[TERMINAL_MODES_BYTES];
	struct terminal_filter f;

	terminal_filter_init(&f);
	if ((m->on & TERMINAL_ALTERNATE) != 0) {
		add_text(t, "\033[?1049h\033[H\033[J");
		f.modes.on |= TERMINAL_ALTERNATE;
	}
	terminal_filter_run(&f, copy->data + at, copy->end - copy->begin - at,
	    &sink);
	/* What that switched is in the right place now, or never will be. */
	add_text(t, terminal_reset_modes);
	add(t, (const uint8_t *)modes, terminal_modes_write(m, modes));
}

int
snapshot_fallback(const struct snapshot_order *order, struct snapshot *made,
    struct err *e)
{
	FREES struct terminal_ring_copy *copy = malloc(sizeof(*copy));
	FREES char *bytes = malloc(TERMINAL_PAINT_BYTES);
	CLOSES int file = memfd_make("snapshot");
	struct text t = { bytes, 0 };
	struct err ignored;

	*made = (struct snapshot){ .file = -1 };
	if (copy == NULL || bytes == NULL || file == -1)
		return err_set(e, ENOMEM, "snapshot of a terminal");
	terminal_filter_init(&made->filter);
	add_text(&t, terminal_reset);
	/* Nonsense in the ring is no reason to keep the student out. */
	if (terminal_ring_read(order->ring, copy, &ignored) == 0) {
		add_tail(&t, copy, order->to_rows);
		made->position = copy->end;
		made->filter = copy->filter;
	}
	if (write(file, bytes, t.n) != (ssize_t)t.n ||
	    lseek(file, 0, SEEK_SET) == -1)
		return err_set(e, errno, "snapshot of a terminal");
	made->file = take_fd(&file);
	made->rows = order->to_rows;
	made->cols = order->to_cols;
	return 0;
}
