/*
 * home.h - the homes that outlive sandboxes, in state_dir/homes.
 *
 * A home is mounted while some sandbox uses it, once for all of them.  What
 * waits for a disk is a helper's (homefile.h), and a seat that needs the home
 * meanwhile waits; home_table.h has the states.
 */
#ifndef ATOLL_BUILDER_HOME_HOME_H
#define ATOLL_BUILDER_HOME_HOME_H

#include <stdint.h>

#include "gateway/base/err.h"

struct builder;
struct msg;
struct homes;
struct plan;
struct plan_table;
struct sandbox;

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

/* React to HOMES_GET and HOME_REMOVE. */
void homes_tell(struct builder *b, uint32_t serial);
void homes_remove(struct builder *b, const struct msg *asked);

#endif
