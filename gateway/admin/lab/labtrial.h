/*
 * labtrial.h - a lab's sandbox, started to see whether it can be.
 *
 * Process: atoll, as root.  It plays the monitor for a builder of its own, with
 * a configuration of its own.
 */
#ifndef ATOLL_ADMIN_LAB_LABTRIAL_H
#define ATOLL_ADMIN_LAB_LABTRIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/admin/lab/labsteps.h"
#include "gateway/base/err.h"
#include "gateway/base/name.h"

struct trial_lab {
	char name[NAME_SIZE];
	const char *file; /* for people */
	bool has_setup, has_check;
	bool is_debug;	 /* seccomp = "debug" */
	bool has_setuid; /* setuid = true */
	struct solution solution;
	struct trial_steps steps; /* then there is no check of the whole */
};

/*
 * Load the configuration and try each lab: start a sandbox, which runs setup,
 * then a command as the student, then check and solve as labsolve.h says.  What
 * is wrong is said on stderr, by file; what went well, and what is worth to know,
 * on stdout.  Returns how
 * many labs failed, or -1 when none could be tried.
 */
int labtrial(const char *config, const char *loader, const char *libexec_dir,
    const struct trial_lab *labs, size_t count, struct err *e);

#endif
