/*
 * signer_upgrade.h - the signers outlive an upgrade.	Process: monitor.
 */
#ifndef ATOLL_MONITOR_LINKS_SIGNER_UPGRADE_H
#define ATOLL_MONITOR_LINKS_SIGNER_UPGRADE_H

#include "gateway/monitor/monitor.h"
#include "gateway/wire/state_file.h"

/* None starts, and none has been asked what it has not answered. */
bool signers_are_quiet(const struct monitor *m);

/* Call put for each row. */
void signers_save(const struct monitor *m,
    void (*put)(void *self, const struct msg *row), void *self);

/* The keys of all sets come first. */
int signers_restore_key(struct monitor *m, const struct msg_state_host_key *row,
    struct err *e);
int signers_restore(struct monitor *m, const struct msg_state_signer *row,
    int link, struct err *e);

/* How a connection's row names its signer; 0: none. */
uint32_t signer_number(const struct signer *s);
struct signer *signer_find(const struct monitor *m, uint32_t number);

#endif
