/*
 * machines.h - a seat's other machines, in a lab that has several.
 *
 * Each machine is a sandbox.  The first is the seat's: the monitor knows its number
 * and has the link to its init.  The others are the builder's alone, with numbers of
 * its own, and live and end with the first; to their inits the builder is what the
 * monitor is to the first's, and the first's init is a session.
 */
#ifndef ATOLL_BUILDER_MACHINES_H
#define ATOLL_BUILDER_MACHINES_H

#include "sandbox/builder/builder.h"

/* Those that the lab of first has beside it come into the table, each in state
 * SANDBOX_BUILDING, and their network is made.  After -1 some may be there. */
int machines_add(struct builder *b, struct sandbox *first, struct err *e);

/* Has each of that seat's said that it is ready? */
bool machines_are_ready(const struct sandbox *first);

/* Of that seat, the first included. */
uint32_t machines_count(const struct sandbox *first);

/* The init of the first gets a link to that one's, or to each of the others'. */
int machines_introduce(const struct sandbox *s, struct err *e);
int machines_introduce_all(const struct sandbox *first, struct err *e);

/* The machine of that name is to be made anew: the caller ends it.  NULL: it cannot
 * be, and e says why. */
struct sandbox *machines_begin_reset(const struct builder *b,
    const struct sandbox *first, const char *name, struct err *e);

/* What is known of one that is gone, and the one that takes its place: in state
 * SANDBOX_BUILDING; NULL without memory. */
struct machine_place {
	struct plan *plan;
	uint32_t asked, links_off;
};
struct sandbox *machines_replace(struct builder *b, struct sandbox *first,
    const struct machine_place *place);

/* Answer REBUILD, when it was asked and was not answered, which is a serial: with why
 * not, or with nothing. */
void machines_tell_reset(struct builder *b, uint32_t *asked,
    const char *reason);

/* Who asked has crashed: nobody is answered. */
void machines_abandon(struct builder *b);

/* One that is not the first is gone, and will be freed. */
void machines_forget(struct sandbox *s);

/* What a builder before us had: each that is not a first finds its own. */
int machines_restore(struct builder *b, struct err *e);

#endif
