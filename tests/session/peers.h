/*
 * peers.h - a small and predictable monitor and init for atoll-session.
 *
 * Every account's password is "demo", and its name says what becomes of it:
 *
 *	demo	one lab		multi	two labs	none	no lab
 *	queue	waits a moment	full	is refused	bye	is sent away
 *	lost	loses the sandbox while a command runs
 *	ring-..., picture-...	comes back to a terminal, see terminal.c
 */
#ifndef ATOLL_TESTS_SESSION_PEERS_H
#define ATOLL_TESTS_SESSION_PEERS_H

#include <stdbool.h>
#include <sys/types.h>

#include "gateway/wire/chan.h"

/* Make keys in dir, start the zygote and the monitor that owns it, and leave
 * the port in $PORT.  Returns the pid of the monitor. */
pid_t start_peers(const char *dir);

/* Be init as the user nobody, and what the account's name says; that of "lost"
 * ends when it has had nothing to do for half a second. */
_Noreturn void play_init(int fd, const char *account);

/* Make ATTACHED of a SPAWNED_PTY, with what is wrong in it for that account.
 * False: it is for another. */
bool play_attached(const char *account, struct msg *answer);

/* Send m and close its descriptors; what fails is the test's to notice. */
void say(const struct chan *c, struct msg *m);

/* Run a command line that must succeed. */
void shell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

_Noreturn void die(const char *what);

#endif
