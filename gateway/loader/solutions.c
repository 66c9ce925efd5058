/*
 * solutions.c - what solves the labs, written for a trial of them.
 *
 * The trial is root's, and the author of a lab file may be less: so it gets the
 * copy that was checked here, and opens no file that a lab names.
 */
#include "gateway/loader/solutions.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/loader/load.h"

static int
copy(int fd, off_t size, FILE *to)
{
	char piece[65536];

	for (off_t at = 0; at < size;) {
		ssize_t n = pread(fd, piece, sizeof(piece), at);

		if (n <= 0 || fwrite(piece, 1, (size_t)n, to) != (size_t)n)
			return -1;
		at += n;
	}
	return 0;
}

/* step: 0 for the whole lab. */
static int
write_one(const struct lab *lab, size_t step, int fd, FILE *to)
{
	struct stat st;

	if (fd == -1)
		return 0;
	if (fstat(fd, &st) == -1)
		return -1;
	fprintf(to, "%s %zu %" PRId64 " %jd\n", lab->name, step,
	    lab->solve_time, (intmax_t)st.st_size);
	return copy(fd, st.st_size, to);
}

static int
write_lab(const struct lab *lab, FILE *to)
{
	int rc = write_one(lab, 0, held_fd(lab->solution), to);

	for (size_t i = 0; rc == 0 && i < lab->step_count; i++)
		rc = write_one(lab, i + 1, held_fd(lab->steps[i].solution), to);
	return rc;
}

int
solutions_write(const char *file, FILE *to)
{
	struct diagnostics out;
	struct config *c;
	int rc = 0;

	diagnostics_init(&out);
	c = config_load_open(file, &out);
	diagnostics_log(&out);
	diagnostics_free(&out);
	if (c == NULL)
		return 1;
	for (size_t i = 0; rc == 0 && i < c->lab_count; i++)
		rc = write_lab(&c->labs[i], to);
	if (rc == -1 || fflush(to) == EOF) {
		log_error(NULL, "cannot write what solves the labs: %s",
		    strerror(errno));
		rc = -1;
	}
	config_free(c);
	return rc == 0 ? 0 : 1;
}
