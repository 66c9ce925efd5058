/*
 * keys.h - asking keys_command.			Process: monitor.
 *
 * The monitor's side of the processes of atoll-keys: a starter, and a worker,
 * which answers.  When the worker is lost the starter makes another, after a
 * pause that grows; meanwhile listed keys and passwords still let their owners
 * in.  A lost starter is replaced by its own program, on the same link.
 */
#ifndef ATOLL_MONITOR_LINKS_KEYS_H
#define ATOLL_MONITOR_LINKS_KEYS_H

#include "gateway/monitor/monitor.h"

/* Start the program, as root, and return our end of its link in *fd,
 * which is -1 when no keys_command is set. */
int keys_spawn(const struct config *c, int *fd, struct err *e);

/* Take the link onto the loop, and have a worker started. */
int keys_attach(struct monitor *m, int fd, struct err *e);

/* Every second: one that was lost is started anew when its pause is over. */
void keys_tick(struct monitor *m);

/* Ask whether the key is the account's; on_reply gets the connection and
 * KEYS_SAID, see link_call().  False when there is nobody to ask. */
bool keys_ask(struct conn *c, const char *account, const char *key,
    link_reply *on_reply);

/* Our end of the link that keys_attach() was given, or -1; and whether nobody is
 * asked anything. */
int keys_starter_fd(const struct monitor *m);
bool keys_are_quiet(const struct monitor *m);

/* The connection is going: what it has asked is not answered. */
void keys_cancel(const struct conn *c);

/* The worker answers from now on; the links are gone.  For route/. */
void keys_worker_ready(struct monitor *m);
void keys_starter_closed(void *self, const char *why);
void keys_worker_closed(void *self, const char *why);

void keys_close(struct monitor *m);

#endif
