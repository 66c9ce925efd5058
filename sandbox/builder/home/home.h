/*
 * home.h - the homes that outlive sandboxes, in state_dir/homes.
 *
 * A home is the account's or the seat's, and a file of the name ACCOUNT or
 * ACCOUNT+LAB.  It is mounted while some sandbox uses it, once for all of them.
 * What waits for a disk is a helper's (homefile.h): a home is opened, open, or
 * closed, and who comes meanwhile waits.
 */
#ifndef ATOLL_BUILDER_HOME_HOME_H
#define ATOLL_BUILDER_HOME_HOME_H

#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/err.h"
#include "gateway/base/name.h"

#define HOMES_NAME     "homes"
#define HOME_NAME_SIZE (2 * NAME_SIZE)
#define HOME_DRAFT     ',' /* begins no account's name */

struct builder;
struct plan;
struct plan_table;
struct sandbox;

enum home_state { HOME_OPENING, HOME_OPEN, HOME_CLOSING };

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

/* Open state_dir/homes, made where there is none and a lab wants it. */
int homes_open(struct homes *all, const struct plan_table *t, struct err *e);
void homes_close(struct homes *all);

/* At load: can this host keep such homes as the lab asks for? */
int home_prepare(struct plan *p, struct err *e);

/* Give s its home: 1 when it has it, or needs none; 0 when it must wait, and
 * life_go_on() or life_refuse() follow; -1. */
int home_enter(struct builder *b, struct sandbox *s, struct err *e);

/* s is dead, or will not be built. */
void home_leave(struct builder *b, struct sandbox *s);

/* The helper of home number has ended. */
void on_home(struct builder *b, uint32_t number);

/* React to HOMES_GET and HOME_REMOVE in b->in. */
void homes_tell(struct builder *b);
void homes_remove(struct builder *b);

#endif
