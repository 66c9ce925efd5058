/*
 * export.h - what a student has changed, as an archive.
 *
 * That is the upper layer of the sandbox, and the home where it is kept.  A
 * helper writes it, in the sandbox's user namespace: ids are those that the
 * student sees, and what the helper may do is what root of the sandbox may.
 */
#ifndef ATOLL_BUILDER_EXPORT_EXPORT_H
#define ATOLL_BUILDER_EXPORT_EXPORT_H

#include <stdint.h>
#include <sys/types.h>

#define EXPORTS_MAX 8 /* at a time */

struct builder;
struct sandbox;

struct export_job {
	uint32_t number; /* what its event carries; 0: free */
	uint32_t serial, sandbox;
	pid_t pid;
	int pidfd, status;
};

struct exports {
	uint32_t numbers;
	struct export_job job[EXPORTS_MAX];
};

/* React to EXPORT in b->in; EXPORTED follows when it is done. */
void export_begin(struct builder *b);

/* The helper of that number has ended. */
void on_export(struct builder *b, uint32_t number);

/* The sandbox ends: so does what is exported of it. */
void export_stop(struct builder *b, const struct sandbox *s);

#endif
