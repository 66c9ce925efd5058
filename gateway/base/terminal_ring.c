/* terminal_ring.c - the last 128 KiB that a terminal's program printed. */
#include "gateway/base/terminal_ring.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/memfd.h"
#include "gateway/base/scope.h"

#define MAGIC	    UINT64_C(0x676e697273797474) /* "ttysring" */
#define PAGE	    4096u
#define SEALS	    (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
#define PIECE_BYTES (32u << 10)
#define TRIES	    4

/* When its beginning is lost, the first bytes may be the rest of a sequence. */
#define PARTIAL_MAX 256

/* So many years at any speed; sums of two positions cannot overflow. */
#define POSITION_MAX (UINT64_C(1) << 62)

/* Up to where the ring is whole.  There are two, so that one is valid while the
 * other is written: a writer may be killed in between. */
struct mark {
	uint64_t position;
	struct terminal_filter filter;
};

struct terminal_ring_map {
	union {
		struct {
			uint64_t magic;
			uint32_t version, size;
			/* Bytes before this position less the ring's size may
			 * have been written over. */
			_Atomic uint64_t claimed;
			/* Marks ever published; the last one is mark[it % 2]. */
			_Atomic uint32_t published;
			struct mark mark[2];
		};
		uint8_t header[PAGE];
	};
	uint8_t data[TERMINAL_RING_BYTES];
};

_Static_assert(sizeof(struct terminal_ring_map) == PAGE + TERMINAL_RING_BYTES,
    "the header is one page");
/* Both are part of the format, which outlives a build. */
_Static_assert(TERMINAL_RING_VERSION != 1 ||
		   sizeof(struct terminal_filter) == 840,
    "another layout is another TERMINAL_RING_VERSION");

/* --- making and mapping ------------------------------------------------- */

static int
map(struct terminal_ring *r, int fd, struct err *e)
{
	void *at = mmap(NULL, sizeof(*r->map), PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		return err_set(e, errno, "map terminal ring");
	*r = (struct terminal_ring){ .map = at };
	return 0;
}

int
terminal_ring_create(struct terminal_ring *r, int *fd, struct err *e)
{
	CLOSES int made = memfd_make("terminal");

	*r = (struct terminal_ring){ 0 };
	if (made == -1 ||
	    ftruncate(made, sizeof(struct terminal_ring_map)) == -1 ||
	    fcntl(made, F_ADD_SEALS, SEALS) == -1)
		return err_set(e, errno, "make terminal ring");
	if (map(r, made, e) == -1)
		return -1;
	memset(r->map->data, 0, sizeof(r->map->data));
	terminal_filter_init(&r->filter);
	r->map->magic = MAGIC;
	r->map->version = TERMINAL_RING_VERSION;
	r->map->size = TERMINAL_RING_BYTES;
	r->map->mark[0].filter = r->filter;
	*fd = take_fd(&made);
	return 0;
}

/* The seals first: what they forbid cannot happen after it was looked at. */
static int
check_memfd(int fd, struct err *e)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;

	if (seals == -1 || fstat(fd, &st) == -1)
		return err_set(e, errno, "terminal ring");
	if ((seals & SEALS) != SEALS)
		return err_set(e, EPERM, "terminal ring is not sealed");
	if (st.st_size != sizeof(struct terminal_ring_map))
		return err_set(e, EPROTO, "terminal ring has %lld bytes",
		    (long long)st.st_size);
	return 0;
}

int
terminal_ring_open(struct terminal_ring *r, int fd, struct err *e)
{
	*r = (struct terminal_ring){ 0 };
	if (check_memfd(fd, e) == -1 || map(r, fd, e) == -1)
		return -1;
	if (r->map->magic != MAGIC || r->map->size != TERMINAL_RING_BYTES)
		err_set(e, EPROTO, "this is no terminal ring");
	else if (r->map->version != TERMINAL_RING_VERSION)
		err_set(e, EPROTO, "terminal ring of another version");
	else if (terminal_ring_resume(r, e) == 0)
		return 0;
	terminal_ring_close(r);
	return -1;
}

void
terminal_ring_close(struct terminal_ring *r)
{
	if (r->map != NULL)
		munmap(r->map, sizeof(*r->map));
	*r = (struct terminal_ring){ 0 };
}

/* --- writing ------------------------------------------------------------ */

static void
publish(struct terminal_ring *r)
{
	struct mark *m = &r->map->mark[++r->published % 2];

	m->position = r->position;
	m->filter = r->filter;
	atomic_store_explicit(&r->map->published, r->published,
	    memory_order_release);
}

static void
append_piece(struct terminal_ring *r, const uint8_t *bytes, size_t n)
{
	size_t at = r->position % TERMINAL_RING_BYTES;
	size_t first = TERMINAL_RING_BYTES - at;

	if (first > n)
		first = n;
	r->position += n;
	/* It never goes back: who wrote before may have been killed when it had
	 * claimed more. */
	if (r->claimed < r->position)
		r->claimed = r->position;
	/* The claim is seen before the bytes that it is about. */
	atomic_store_explicit(&r->map->claimed, r->claimed,
	    memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
	memcpy(r->map->data + at, bytes, first);
	memcpy(r->map->data, bytes + first, n - first);
}

void
terminal_ring_append(struct terminal_ring *r, const void *bytes, size_t n)
{
	const uint8_t *from = bytes;

	if (r->map == NULL)
		return;
	while (n > 0) {
		size_t piece = n < PIECE_BYTES ? n : PIECE_BYTES;

		terminal_filter_track(&r->filter, from, piece);
		append_piece(r, from, piece);
		publish(r);
		from += piece;
		n -= piece;
	}
}

/* --- reading ------------------------------------------------------------ */

/* The last mark, copied; what is looked at afterwards is the copy.  A writer that
 * publishes all the time may leave us a mixture of two. */
static uint32_t
take_mark(const struct terminal_ring *r, struct mark *m)
{
	uint32_t published;
	int tries = TRIES;

	do {
		published = atomic_load_explicit(&r->map->published,
		    memory_order_acquire);
		memcpy(m, &r->map->mark[published % 2], sizeof(*m));
		atomic_thread_fence(memory_order_acquire);
	} while (atomic_load_explicit(&r->map->published,
		     memory_order_relaxed) != published &&
		 --tries > 0);
	terminal_filter_bound(&m->filter);
	return published;
}

/* How far the writer has begun to write; -1: not with that position. */
static int
take_claim(const struct terminal_ring *r, uint64_t position, uint64_t *claimed,
    struct err *e)
{
	*claimed = atomic_load_explicit(&r->map->claimed, memory_order_acquire);
	if (position > POSITION_MAX || *claimed > POSITION_MAX ||
	    *claimed < position)
		return err_set(e, EPROTO, "terminal ring: impossible position");
	return 0;
}

int
terminal_ring_resume(struct terminal_ring *r, struct err *e)
{
	struct mark m;
	uint32_t published = take_mark(r, &m);
	uint64_t claimed;

	if (take_claim(r, m.position, &claimed, e) == -1)
		return -1;
	if (claimed - m.position > PIECE_BYTES)
		return err_set(e, EPROTO, "terminal ring: impossible claim");
	r->published = published;
	r->position = m.position;
	r->claimed = claimed;
	r->filter = m.filter;
	return 0;
}

/* From where on the bytes up to copy->end are still there. */
static int
first_valid(const struct terminal_ring *r,
    const struct terminal_ring_copy *copy, uint64_t *begin, struct err *e)
{
	uint64_t claimed;

	if (take_claim(r, copy->end, &claimed, e) == -1)
		return -1;
	*begin =
	    claimed < TERMINAL_RING_BYTES ? 0 : claimed - TERMINAL_RING_BYTES;
	if (*begin > copy->end)
		*begin = copy->end;
	return 0;
}

static void
copy_out(const struct terminal_ring *r, struct terminal_ring_copy *copy)
{
	size_t n = copy->end - copy->begin;
	size_t at = copy->begin % TERMINAL_RING_BYTES;
	size_t first = TERMINAL_RING_BYTES - at;

	if (first > n)
		first = n;
	memcpy(copy->data, r->map->data + at, first);
	memcpy(copy->data + first, r->map->data, n - first);
	atomic_thread_fence(memory_order_acquire);
}

static int
read_once(const struct terminal_ring *r, struct terminal_ring_copy *copy,
    struct err *e)
{
	struct mark m;
	uint64_t begin;

	take_mark(r, &m);
	copy->filter = m.filter;
	copy->end = m.position;
	if (first_valid(r, copy, &copy->begin, e) == -1)
		return -1;
	copy_out(r, copy);
	/* Bytes that were written over while they were copied go. */
	if (first_valid(r, copy, &begin, e) == -1)
		return -1;
	if (begin > copy->begin) {
		memmove(copy->data, copy->data + (begin - copy->begin),
		    copy->end - begin);
		copy->begin = begin;
	}
	return 0;
}

int
terminal_ring_read(const struct terminal_ring *r,
    struct terminal_ring_copy *copy, struct err *e)
{
	for (int i = 0; i < TRIES; i++) {
		if (read_once(r, copy, e) == -1) {
			copy->begin = copy->end = 0;
			return -1;
		}
		if (copy->begin < copy->end || copy->end == 0)
			break;
	}
	return 0;
}

size_t
terminal_ring_first_whole(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n && i < PARTIAL_MAX; i++) {
		if (bytes[i] == '\033' || bytes[i] == '\n')
			return i;
	}
	return 0;
}
