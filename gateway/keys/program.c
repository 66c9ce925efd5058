/* program.c - the file that this program is, and another in its place. */
#include "gateway/keys/program.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/trial.h"

#define SELF "/proc/self/exe"

void
program_remember(struct program *p)
{
	struct stat st;

	*p = (struct program){ .file = 0 };
	if (readlink(SELF, p->path, sizeof(p->path) - 1) == -1 ||
	    stat(SELF, &st) == -1) {
		p->path[0] = '\0';
		return;
	}
	p->device = st.st_dev;
	p->file = st.st_ino;
}

bool
program_is_replaced(const struct program *p)
{
	struct stat st;

	return p->path[0] != '\0' && stat(p->path, &st) == 0 &&
	       (st.st_dev != p->device || st.st_ino != p->file);
}

/* There is no way back from exec: so it is tried before. */
void
program_become(struct program *p, char **argv, struct err *e)
{
	const char *const trial[] = { p->path, "-V", NULL };
	char said[ERR_TEXT_SIZE];
	struct stat st;

	if (stat(p->path, &st) == 0) {
		p->device = st.st_dev;
		p->file = st.st_ino;
	}
	if (trial_run("the installed atoll-keys", trial, -1, -1, TRIAL_SECONDS,
		said, e) == -1)
		return;
	execv(p->path, argv);
	err_set(e, errno, "exec %s", p->path);
}
