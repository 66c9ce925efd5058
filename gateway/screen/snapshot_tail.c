/*
 * snapshot_tail.c - the last of a terminal's text, when there is no snapshot.
 *
 * Init itself does this, so the filter is all that looks at the bytes.
 */
#include "gateway/screen/snapshot_tail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/memfd.h"
#include "gateway/base/scope.h"

#define TAIL_MAX (16u << 10)

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
	return at == 0
		   ? 0
		   : at + terminal_ring_first_whole(copy->data + at, n - at);
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
snapshot_tail(const struct snapshot_order *order, struct snapshot *made,
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
