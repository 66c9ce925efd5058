/*
 * signers.h - atoll-signer, which has the host keys.	Process: monitor.
 *
 * There is one for each two processors.  A set of host keys is a number, from 1:
 * signers that read the same files have the same one.
 *
 * Nothing of this is there when HAS_SIGNER is false: then sets are 0.
 */
#ifndef ATOLL_MONITOR_LINKS_SIGNERS_H
#define ATOLL_MONITOR_LINKS_SIGNERS_H

#include "gateway/monitor/monitor.h"

int signers_init(struct monitor *m, struct err *e);

/* Start new ones, with the host keys of today; on_signers_ready of the routes says
 * when, or on_signers_failed.  Not while that is under way. */
void signers_renew(struct monitor *m);
bool signers_are_starting(const struct monitor *m);

/* The set of those that are new; they serve from now on, and those before for as
 * long as there are connections that were shown their keys. */
uint32_t signers_next_set(const struct monitor *m);
void signers_take_over(struct monitor *m);

/* The new ones are of no use: no zygote starts with their keys. */
void signers_drop_next(struct monitor *m);

/* The set of the signers that serve. */
uint32_t signers_set(const struct monitor *m);

/* Call show for each host key of a set. */
void signers_show(const struct monitor *m, uint32_t set,
    void (*show)(void *self, const char *key, bool is_next), void *self);

/* What a signer says, and its loss. */
void signer_hello(void *self, struct msg *m);
void signer_host_key(void *self, struct msg *m);
void signer_ready(void *self, struct msg *m);
void signer_closed(void *self, const char *why);

/* Lost ones are started anew, and those that nobody needs end. */
void signers_tick(struct monitor *m);

void signers_close(struct monitor *m);
void signers_free(struct monitor *m);

#endif
