/*
 * key_sets.h - which host keys there were: public halves, in sets.
 *							Process: monitor.
 *
 * A set is what the signers of one load have.  Its number, from 1, stays as long as
 * the gateway runs: connections name it for as long as they live.  Pure.
 */
#ifndef ATOLL_MONITOR_LINKS_KEY_SETS_H
#define ATOLL_MONITOR_LINKS_KEY_SETS_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

struct shown_key {
	char *line; /* "ssh-ed25519 AAAA..."; owned */
	bool is_next;
};

struct key_set {
	unsigned count;
	struct shown_key at[HOST_KEYS_MAX];
};

struct key_sets {
	uint32_t count;
	struct key_set *at; /* owned; of number n is at n - 1 */
};

/* -1: there are HOST_KEYS_MAX already, or there is no memory. */
int key_set_add(struct key_set *s, const char *line, bool is_next,
    struct err *e);
void key_set_free(struct key_set *s);

/* The number of that set, a new one where there was none like it; s is empty
 * then.  0: no memory. */
uint32_t key_sets_number(struct key_sets *all, struct key_set *s);
uint32_t key_sets_last(const struct key_sets *all);

/* Call show for each key of a set; of one that is not there for none. */
void key_sets_show(const struct key_sets *all, uint32_t number,
    void (*show)(void *self, const char *line, bool is_next), void *self);

/* One key more for the last set, or for the one after it. */
int key_sets_restore(struct key_sets *all, uint32_t number, const char *line,
    bool is_next, struct err *e);

void key_sets_free(struct key_sets *all);

#endif
