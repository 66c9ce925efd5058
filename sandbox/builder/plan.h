/*
 * plan.h - what the loader sent: one plan a lab, all or nothing.
 *
 * A plan is shared by the table and by the sandboxes that were built from it: a
 * reload makes a new table, and the old plans live until their last sandbox is
 * gone.
 */
#ifndef ATOLL_BUILDER_PLAN_H
#define ATOLL_BUILDER_PLAN_H

#include <stdbool.h>
#include <sys/stat.h>

#include "gateway/base/err.h"
#include "gateway/base/filter.h"
#include "gateway/wire/msg.h"

#define LABS_MAX   1024
#define MOUNTS_MAX 34 /* 32 of the lab, and two of ours */

/* A directory or file of the host, in a lab. */
struct plan_mount {
	char source[PATH_SIZE], target[PATH_SIZE];
	bool is_writable, is_directory;
	bool is_mapped;	     /* its owners are the sandbox's */
	char own[NAME_SIZE]; /* of libexec_dir, by this name; "" for others */
	bool is_optional;    /* left out where the image has no room for it */
	int fd;		     /* O_PATH of source */
};

/* A program of the lab's, see programs.h. */
struct plan_program {
	uint32_t seconds; /* how long it may take; 0: the lab has none */
	int fd;		  /* its bytes, sealed; -1: there is none */
};

struct plan {
	unsigned refs;
	struct msg_lab_plan spec;
	void *texts;		   /* what spec points to; owned */
	struct plan_mount *mounts; /* mount_count of them; owned */
	size_t mount_count;
	struct plan_program program[PROGRAMS];
	struct plan *next_machine; /* of the same lab, while it is in a table */
	bool is_restored; /* of a sandbox that was there before us: what can be
			     told of that, and not all that makes one */
	int rootfs;	  /* of the image's tree, see version.h */
	/* What plan_open.h finds or makes. */
	struct stat etc; /* of its /etc, which the upper layer repeats */
	struct filter allow, deny; /* the seccomp programs, see seccomp/ */
	int blank;	/* an empty ext4 to copy, see layer.h; -1: none */
	int home_blank; /* the same for homes, see home.h */
	/* Of warm.h: builds that failed one after the other, and until when the
	 * next waits. */
	unsigned warm_failures;
	int64_t warm_again_ms;
};

/* Everything that one load told. */
struct plan_table {
	bool has_site;
	struct msg_site_plan site;
	void *texts; /* what site points to; owned */
	struct plan *plan[LABS_MAX];
	size_t count; /* of machines, where labs have several */
	size_t labs;
	int init; /* atoll-init, to be executed; -1 before it is opened */
};

struct plan_table *plan_table_new(void);
void plan_table_free(struct plan_table *t); /* NULL is let through */

/* Take over SITE_PLAN, LAB_PLAN, or what follows that for its lab: LAB_MOUNT
 * and LAB_PROGRAM; fully checked.  Descriptors that it took are -1 then. */
int plan_table_tell(struct plan_table *t, struct msg *m, struct err *e);

/* Does the table hold what LOAD_END says? */
int plan_table_end(const struct plan_table *t, uint32_t labs, struct err *e);

/* A plan by the lab's name, NULL when there is none. */
struct plan *plan_find(const struct plan_table *t, const char *lab);

/* Of each interface of a machine: that of the first is never 0. */
struct ids plan_addresses(const struct plan *p);

/* The place among a machine's links of the one to that network; "": it has one only.
 * -1: it has no such one, or several. */
int plan_link(const struct plan *p, const char *network, struct err *e);

/* One with nothing in it, to be filled; NULL without memory. */
struct plan *plan_new(void);

struct plan *plan_ref(struct plan *p);
void plan_unref(struct plan *p); /* NULL is let through */

#endif
