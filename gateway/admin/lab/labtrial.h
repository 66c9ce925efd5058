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

#include "gateway/base/err.h"
#include "gateway/base/name.h"

struct trial_lab {
	char name[NAME_SIZE];
	const char *file; /* for people */
	bool has_setup, has_check;
	bool is_debug; /* seccomp = "debug" */
};

/*
 * Load the configuration and try each lab: start a sandbox, which runs setup,
 * then a command as the student, then check.  What is wrong is said on stderr,
 * by file; what went well, and what is worth to know, on stdout.  Returns how
 * many labs failed, or -1 when none could be tried.
 */
int labtrial(const char *config, const char *loader, const char *libexec_dir,
    const struct trial_lab *labs, size_t count, struct err *e);

#endif
