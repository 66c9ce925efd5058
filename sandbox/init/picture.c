/*
 * picture.c - the bytes that paint a terminal's screen when it is attached again.
 *
 * A reset of the terminal, its modes, and of its primary screen the last lines
 * as they were written; the program, which is told of a change of size then,
 * draws anew what is on the alternate one.
 */
#include "sandbox/init/picture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gateway/base/scope.h"

#define ALTERNATE   "\033[?1049h\033[2J"
#define ROWS_UNSAID 24

struct picture {
	int file; /* -1 after an error */
};

static void
put(void *self, const uint8_t *bytes, size_t n)
{
	struct picture *p = self;

	if (p->file != -1 && write(p->file, bytes, n) != (ssize_t)n)
		scope_close(&p->file);
}

static void
put_text(struct picture *p, const char *text)
{
	put(p, (const uint8_t *)text, strlen(text));
}

static unsigned
rows_of(const struct terminal *t)
{
	struct winsize size = { 0 };

	if (t->master != -1)
		ioctl(t->master, TIOCGWINSZ, &size);
	return size.ws_row == 0 ? ROWS_UNSAID : size.ws_row;
}

/* Where the last of so many rows begin: after the line end before them. */
static size_t
last_rows(const uint8_t *bytes, size_t n, unsigned rows)
{
	while (n > 0) {
		if (bytes[n - 1] == '\n' && rows-- == 1)
			break;
		n--;
	}
	return n;
}

static void
put_lines(struct picture *p, const struct terminal_ring_copy *from,
    unsigned rows)
{
	const struct terminal_sink sink = { .self = p, .bytes = put };
	size_t n = from->end - from->begin;
	size_t at = last_rows(from->data, n, rows);
	struct terminal_filter filter;

	terminal_filter_init(&filter);
	terminal_filter_run(&filter, from->data + at, n - at, &sink);
}

static void
paint(struct picture *p, const struct terminal *t,
    const struct terminal_ring_copy *from)
{
	const struct terminal_modes *modes = &from->filter.modes;
	char bytes[TERMINAL_MODES_BYTES];
	size_t n = terminal_modes_write(modes, bytes);

	put_text(p, terminal_reset);
	if ((modes->on & TERMINAL_ALTERNATE) != 0)
		put_text(p, ALTERNATE);
	if (n > 0)
		put(p, (const uint8_t *)bytes, n);
	if ((modes->on & TERMINAL_ALTERNATE) == 0)
		put_lines(p, from, rows_of(t));
}

int
picture_make(const struct terminal *t, struct err *e)
{
	FREES struct terminal_ring_copy *copy = malloc(sizeof(*copy));
	struct picture p = { memfd_create("picture",
	    MFD_CLOEXEC | MFD_ALLOW_SEALING) };
	struct err ignored;

	if (copy == NULL || p.file == -1) {
		scope_close(&p.file);
		return err_set(e, ENOMEM, "picture of a terminal");
	}
	/* Nonsense in it is no reason to keep the student out. */
	if (terminal_ring_read(&t->ring, copy, &ignored) == 0)
		paint(&p, t, copy);
	if (p.file == -1)
		return err_set(e, ENOMEM, "picture of a terminal");
	if (lseek(p.file, 0, SEEK_SET) == -1)
		scope_close(&p.file);
	return p.file;
}
