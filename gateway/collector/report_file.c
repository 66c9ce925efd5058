/* report_file.c - the report of a lab. */
#include "gateway/collector/report_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/collector/small_file.h"

#define REPORT	   "REPORT.html"
#define REPORT_NEW REPORT ".new"

/* It is there: something was collected of the lab. */
static int
enter(int dir, const char *lab, struct err *e)
{
	int fd =
	    openat(dir, lab, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd == -1 ? err_set(e, errno, "collected/%s", lab) : fd;
}

int
report_file_create(int dir, const char *lab, struct err *e)
{
	CLOSES int own = enter(dir, lab, e);
	int fd;

	if (own == -1)
		return -1;
	fd = small_file_begin(own, REPORT_NEW);
	return fd == -1
		   ? err_set(e, errno, "make collected/%s/" REPORT_NEW, lab)
		   : fd;
}

int
report_file_keep(int dir, const char *lab, char file[TEXT_SIZE], struct err *e)
{
	CLOSES int own = enter(dir, lab, e);
	CLOSES int fd = own == -1 ? -1
				  : openat(own, REPORT_NEW,
					O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (own == -1)
		return -1;
	if (fd == -1 || fsync(fd) == -1 ||
	    renameat(own, REPORT_NEW, own, REPORT) == -1 || fsync(own) == -1)
		return err_set(e, errno, "keep collected/%s/" REPORT, lab);
	snprintf(file, TEXT_SIZE, "%s/" REPORT, lab);
	return 0;
}
