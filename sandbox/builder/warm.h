/*
 * warm.h - sandboxes that stand ready before anybody wants one: `warm = N` of a
 * lab.
 *
 * Such a sandbox is built like any other, but for nobody: its init has done what
 * needs no account, and waits.  When the monitor asks for a sandbox of that lab,
 * one of them gets its number and its owner, who comes with the secret, a home
 * that is kept and the lab's setup.  None is ever given back.
 *
 * Another is made when the builder has had nothing to do for a moment, one at a
 * time.  Students come first: a sandbox without an owner counts against
 * sandboxes_max, and ends when a student needs its place.
 */
#ifndef ATOLL_BUILDER_WARM_H
#define ATOLL_BUILDER_WARM_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/err.h"

struct builder;
struct msg_build;
struct plan;
struct sandbox;

/* Give a sandbox of this lab that stands ready the number and the owner of BUILD,
 * in state SANDBOX_BUILDING; NULL: there is none. */
struct sandbox *warm_take(struct builder *b, struct plan *p,
    const struct msg_build *ask);

/* Send WARM_COUNT when it is not what was sent last. */
void warm_tell_count(struct builder *b);

/* One is to be built for an owner: where all places are taken, end one that has
 * none. */
void warm_make_room(struct builder *b);

/* Tell init whose it is now.  -1: it is dead. */
int warm_tell_owner(struct sandbox *s, struct err *e);

/* Init of one without an owner says that it is ready. */
void warm_is_ready(struct builder *b, struct sandbox *s);

/* One that has no owner could not be built, or has died. */
void warm_failed(struct sandbox *s, const char *reason);

/* A sandbox is gone, and will be freed: there may be a place for another. */
void warm_forget(struct builder *b, struct sandbox *s);

/* New plans are in force; init is another program, or is not. */
void warm_reloaded(struct builder *b, bool has_same_init);

/* React to DRAINING: while it drains nobody new comes, so none is there. */
void warm_drain_changed(struct builder *b);

/* Another monitor has come, which was told nothing. */
void warm_tell_heir(struct builder *b);

/* End all of them; true when none is left, not even one that is ending. */
void warm_end_all(struct builder *b);
bool warm_is_over(const struct builder *b);

void on_warm_timer(struct builder *b);

#endif
