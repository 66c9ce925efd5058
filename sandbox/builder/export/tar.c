/*
 * tar.c - an archive as tar(5) has it, with what POSIX calls pax headers.
 *
 * By hand: libarchive writes sparse files and ids as well, but brings eight
 * libraries, an XML parser among them, into the process that is root, and
 * converts names by the locale, which here may be any bytes.
 */
#include "sandbox/builder/export/tar.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/scope.h"

#define BLOCK	  512
#define SIZE_MAX8 UINT64_C(077777777777) /* eleven octal digits */

/* As POSIX has it; numbers are octal texts. */
struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12];
	char checksum[8], type, target[100], magic[6], version[2];
	char user[32], group[32], major[8], minor[8], prefix[155], pad[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a header is a block");

static int
put(struct tar *t, const void *bytes, size_t n, struct err *e)
{
	const char *at = bytes;

	if (n > t->most - t->written)
		return err_set(e, EFBIG,
		    "the archive would have more than %" PRIu64 "M",
		    t->most >> 20);
	t->written += n;
	if (t->before != NULL)
		t->before(t);
	while (n > 0) {
		ssize_t some = write(t->fd, at, n);

		if (some == -1 && errno == EINTR)
			continue;
		if (some <= 0)
			return err_set(e, errno, "write the archive");
		at += some;
		n -= (size_t)some;
	}
	return 0;
}

static int
pad(struct tar *t, struct err *e)
{
	static const char zeros[BLOCK];

	return put(t, zeros, (BLOCK - t->written % BLOCK) % BLOCK, e);
}

/* --- headers ------------------------------------------------------------ */

/* Octal digits, as many as there is room for. */
static void
number(char *to, size_t size, uint64_t n)
{
	to[size - 1] = '\0';
	for (size_t i = size - 1; i-- > 0; n >>= 3)
		to[i] = (char)('0' + (n & 7));
}

static int
put_header(struct tar *t, char type, const char *path, const char *target,
    const struct stat *st, uint64_t size, struct err *e)
{
	struct header h = { .type = type,
		.magic = { 'u', 's', 't', 'a', 'r' },
		.version = { '0', '0' } };
	const uint8_t *bytes = (const uint8_t *)&h;
	unsigned sum = 0;

	memcpy(h.name, path, strnlen(path, sizeof(h.name)));
	memcpy(h.target, target, strnlen(target, sizeof(h.target)));
	/* An administrator who unpacks the archive as root would have a
	 * student's set-id programs. */
	number(h.mode, sizeof(h.mode), st->st_mode & 01777);
	number(h.uid, sizeof(h.uid), st->st_uid & 07777777);
	number(h.gid, sizeof(h.gid), st->st_gid & 07777777);
	number(h.size, sizeof(h.size), size > SIZE_MAX8 ? 0 : size);
	number(h.mtime, sizeof(h.mtime),
	    st->st_mtime < 0 ? 0 : (uint64_t)st->st_mtime & SIZE_MAX8);
	memset(h.checksum, ' ', sizeof(h.checksum));
	for (size_t i = 0; i < sizeof(h); i++)
		sum += bytes[i];
	number(h.checksum, sizeof(h.checksum) - 1, sum);
	return put(t, &h, sizeof(h), e);
}

/* "LENGTH KEY=VALUE\n", where LENGTH counts itself. */
static void
record(FILE *to, const char *key, const char *value)
{
	size_t rest = strlen(key) + strlen(value) + 3, all = rest + 1;
	char digits[24];

	while (
	    rest + (size_t)snprintf(digits, sizeof(digits), "%zu", all) != all)
		all = rest + strlen(digits);
	fprintf(to, "%s %s=%s\n", digits, key, value);
}

/* What a header has no room for, before it. */
static int
put_pax(struct tar *t, const char *text, size_t size, struct err *e)
{
	const struct stat plain = { .st_mode = 0644 };

	if (size == 0)
		return 0;
	if (put_header(t, 'x', "pax", "", &plain, size, e) == -1 ||
	    put(t, text, size, e) == -1)
		return -1;
	return pad(t, e);
}

struct pax {
	FILE *f;
	char *text;
	size_t size;
};

static int
pax_begin(struct pax *p, struct err *e)
{
	p->text = NULL;
	p->f = open_memstream(&p->text, &p->size);
	return p->f == NULL ? err_set(e, errno, "a header") : 0;
}

static int
pax_end(struct pax *p, struct tar *t, struct err *e)
{
	int rc = fclose(p->f) == 0 ? put_pax(t, p->text, p->size, e)
				   : err_set(e, errno, "a header");

	free(p->text);
	return rc;
}

/* Both headers of an entry. */
static int
begin(struct tar *t, char type, const char *path, const char *target,
    const struct stat *st, uint64_t size, struct err *e)
{
	struct pax p;
	char digits[24];

	if (pax_begin(&p, e) == -1)
		return -1;
	if (strlen(path) > sizeof(((struct header *)0)->name))
		record(p.f, "path", path);
	if (strlen(target) > sizeof(((struct header *)0)->target))
		record(p.f, "linkpath", target);
	if (size > SIZE_MAX8) {
		snprintf(digits, sizeof(digits), "%" PRIu64, size);
		record(p.f, "size", digits);
	}
	if (pax_end(&p, t, e) == -1)
		return -1;
	return put_header(t, type, path, target, st, size, e);
}

int
tar_entry(struct tar *t, enum tar_type type, const char *path,
    const char *target, const struct stat *st, struct err *e)
{
	return begin(t, (char)type, path, target, st, 0, e);
}

/* --- files -------------------------------------------------------------- */

/* Exactly size bytes from there; zeros for what is not there any more. */
static int
put_range(struct tar *t, int fd, off_t at, uint64_t size, struct err *e)
{
	char buf[65536];

	while (size > 0) {
		size_t want = size < sizeof(buf) ? (size_t)size : sizeof(buf);
		ssize_t n = pread(fd, buf, want, at);

		if (n == -1)
			return err_set(e, errno, "read");
		memset(buf + n, 0, want - (size_t)n);
		if (put(t, buf, want, e) == -1)
			return -1;
		at += (off_t)want;
		size -= want;
	}
	return 0;
}

struct extents {
	size_t count;
	struct {
		off_t at, size;
	} of[TAR_EXTENTS + 1]; /* and the end */
};

/* Where there is data.  The last of too many goes on to the end. */
static void
find_data(int fd, off_t end, struct extents *x)
{
	off_t at = 0, hole;

	x->count = 0;
	while (at < end && x->count < TAR_EXTENTS) {
		at = lseek(fd, at, SEEK_DATA);
		hole = at == -1 ? -1 : lseek(fd, at, SEEK_HOLE);
		if (at == -1 || hole == -1 || at >= end)
			break;
		if (hole > end || x->count == TAR_EXTENTS - 1)
			hole = end;
		x->of[x->count].at = at;
		x->of[x->count++].size = hole - at;
		at = hole;
	}
	/* Else a file that ends in a hole would end where that begins. */
	x->of[x->count].at = end;
	x->of[x->count++].size = 0;
}

/* The map that stands before the data: numbers in lines, filled up. */
static int
put_map(struct pax *p, const struct extents *x)
{
	fprintf(p->f, "%zu\n", x->count);
	for (size_t i = 0; i < x->count; i++)
		fprintf(p->f, "%jd\n%jd\n", (intmax_t)x->of[i].at,
		    (intmax_t)x->of[i].size);
	fflush(p->f);
	while (p->size % BLOCK != 0) {
		fputc('\0', p->f);
		fflush(p->f);
	}
	return fclose(p->f);
}

static int
put_sparse(struct tar *t, const char *path, int fd, const struct stat *st,
    const struct extents *x, struct err *e)
{
	struct pax p, map;
	FREES char *text = NULL;
	uint64_t size = 0;
	char digits[24];

	if (pax_begin(&map, e) == -1)
		return -1;
	if (put_map(&map, x) != 0)
		return err_set(e, errno, "a map");
	text = map.text;
	for (size_t i = 0; i < x->count; i++)
		size += (uint64_t)x->of[i].size;
	if (pax_begin(&p, e) == -1)
		return -1;
	record(p.f, "GNU.sparse.major", "1");
	record(p.f, "GNU.sparse.minor", "0");
	record(p.f, "GNU.sparse.name", path);
	snprintf(digits, sizeof(digits), "%jd", (intmax_t)st->st_size);
	record(p.f, "GNU.sparse.realsize", digits);
	if (pax_end(&p, t, e) == -1 ||
	    put_header(t, TAR_FILE, "GNUSparseFile", "", st, map.size + size,
		e) == -1 ||
	    put(t, text, map.size, e) == -1)
		return -1;
	for (size_t i = 0; i < x->count; i++) {
		if (put_range(t, fd, x->of[i].at, (uint64_t)x->of[i].size, e) ==
		    -1)
			return -1;
	}
	return pad(t, e);
}

int
tar_file(struct tar *t, const char *path, int fd, const struct stat *st,
    struct err *e)
{
	struct extents x;

	if ((uint64_t)st->st_blocks * 512 < (uint64_t)st->st_size) {
		find_data(fd, st->st_size, &x);
		return put_sparse(t, path, fd, st, &x, e);
	}
	if (begin(t, TAR_FILE, path, "", st, (uint64_t)st->st_size, e) == -1 ||
	    put_range(t, fd, 0, (uint64_t)st->st_size, e) == -1)
		return -1;
	return pad(t, e);
}

int
tar_end(struct tar *t, struct err *e)
{
	static const char zeros[2 * BLOCK];

	return put(t, zeros, sizeof(zeros), e);
}
