/*
 * policy.h - who may enter which lab, and what it allows.		Process: monitor.
 *
 * Pure decisions over a configuration.
 */
#ifndef ATOLL_CONFIG_POLICY_H
#define ATOLL_CONFIG_POLICY_H

#include "gateway/config/config.h"

/* True when the lab is open or shares a group with the account, which may
 * have gone from the configuration (NULL) since it logged in.  Its staff may
 * enter, too. */
bool policy_may_enter(const struct account *a, const struct lab *lab);

/* True when a group of the account is of the lab's staff; likewise. */
bool policy_is_staff(const struct account *a, const struct lab *lab);

/* Is it staff of any lab? */
bool policy_is_staff_somewhere(const struct config *c, const struct account *a);

/* The rules by which people without an account make one; NULL when nobody
 * may. */
const struct registration *policy_registration(const struct config *c);

/* "anon-17": what a connection without an account is called. */
bool policy_is_anonymous(const char *name);

/* "rehearsal-017": what an account of a rehearsal is called, and nobody else. */
#define REHEARSAL_PREFIX "rehearsal-"
bool policy_is_rehearsal(const char *name);

/* "the labs of alice: c-intro, web101", cut to size, for a refusal.  Hidden
 * ones are not told. */
void policy_list_labs(const struct config *c, const struct account *a,
    const char *account, char *text, size_t size);

/* All that the account may forward in the lab of that name or, when it is
 * empty, in one or another of those that it may enter. */
uint32_t policy_forwarding_of(const struct config *c, const struct account *a,
    const char *lab);

/* How much there may be of recordings: as it is said, or the defaults. */
struct recordings policy_recordings(const struct config *c);

/* What follows signs of a seat in that lab, or with NULL in one that is gone: as the
 * lab says it; else as the site does; else staff are told. */
struct respond policy_respond(const struct config *c, const struct lab *lab);

/* Is the work of that account in that lab to be collected before its sandbox ends? */
bool policy_collects(const struct config *c, const char *account,
    const char *lab);

/* Is some lab recorded? */
bool policy_records(const struct config *c);

/* What a seat of the lab takes, all its machines together: places, bytes of memory,
 * and processes. */
unsigned policy_places(const struct lab *l);
int64_t policy_memory(const struct lab *l);
int64_t policy_pids(const struct lab *l);

#endif
