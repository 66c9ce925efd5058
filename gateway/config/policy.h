/*
 * policy.h - who may enter which lab, and what it allows.		Process: monitor.
 *
 * Pure decisions over a configuration.
 */
#ifndef ATOLL_CONFIG_POLICY_H
#define ATOLL_CONFIG_POLICY_H

#include "gateway/config/config.h"

/* True when the lab is open or shares a group with the account, which may
 * have gone from the configuration (NULL) since it logged in. */
bool policy_may_enter(const struct account *a, const struct lab *lab);

/* "anon-17": what a connection without an account is called. */
bool policy_is_anonymous(const char *name);

/* "the labs of alice: c-intro, web101", cut to size, for a refusal.  Hidden
 * ones are not told. */
void policy_list_labs(const struct config *c, const struct account *a,
    const char *account, char *text, size_t size);

/* The bit of enum forwarding that the word is, 0 for none. */
uint32_t policy_forwarding_bit(const char *word);

/* All that a client may forward in this lab. */
uint32_t policy_forwarding(const struct lab *lab);

/* All that the account may forward in the lab of that name or, when it is
 * empty, in one or another of those that it may enter. */
uint32_t policy_forwarding_of(const struct config *c, const struct account *a,
    const char *lab);

/* What the lab's home = "..." is, HOME_KINDS for no such word. */
enum home_kind policy_home_kind(const char *word);

#endif
