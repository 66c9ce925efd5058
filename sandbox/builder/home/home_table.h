/*
 * home_table.h - the homes that are in use, and the state of each.
 *
 * A home is the account's or the seat's, and a file of the name ACCOUNT or
 * ACCOUNT+LAB.
 */
#ifndef ATOLL_BUILDER_HOME_HOME_TABLE_H
#define ATOLL_BUILDER_HOME_HOME_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/name.h"
#include "sandbox/builder/plan.h"

#define HOME_NAME_SIZE (2 * NAME_SIZE)
#define HOME_DRAFT     ',' /* begins no account's name */

enum home_state {
	HOME_NEW,     /* nothing was done to it yet */
	HOME_OPENING, /* a helper makes and mounts it; new seats wait */
	HOME_OPEN,
	HOME_CLOSING, /* a helper unmounts it; new seats wait */
	HOME_STATES
};

struct home {
	uint32_t number; /* what its event carries */
	char name[HOME_NAME_SIZE];
	enum home_state state;
	unsigned users;	   /* sandboxes that have it or wait for it */
	struct plan *plan; /* how it is opened; a reference */
	pid_t helper;	   /* 0: none */
	int pidfd, status; /* of the helper; -1: none */
	int mount;	   /* O_PATH of its root, -1: not open */
	struct home *next;
};

struct homes {
	int dir; /* state_dir/homes; -1: no lab keeps homes */
	uint32_t numbers;
	struct home *first;
};

/* NULL when there is none. */
struct home *homes_find(const struct homes *all, const char *name);
struct home *homes_find_number(const struct homes *all, uint32_t number);

/* A new one in state HOME_NEW, without users, to be opened as the plan says; it keeps a reference
 * to the plan.  NULL without memory. */
struct home *homes_add(struct homes *all, const char *name, struct plan *plan);

/* Every state change goes through here.  False, logged: not a step that may
 * follow; the state stays, and its users must be refused. */
bool home_step(struct home *h, enum home_state next)
    __attribute__((warn_unused_result));

/* Take it out of the table, close what it still has, and free it. */
void homes_forget(struct homes *all, struct home *h);

#endif
