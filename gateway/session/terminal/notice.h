/*
 * notice.h - what the gateway says while programs run.
 *
 * On a terminal it is a line below what stands there.  Where a full-screen program
 * has the terminal it is an overlay, see overlay.h.  When that goes the program draws
 * its screen anew: its window gets a row more, and a moment later its own size
 * again, since many do nothing when they are told of a size that they have already;
 * with a row less some would lose what stands there.
 */
#ifndef ATOLL_SESSION_TERMINAL_NOTICE_H
#define ATOLL_SESSION_TERMINAL_NOTICE_H

#include <stdbool.h>

struct channel;
struct session;

/* On every channel; or with is_for_people on terminals alone, and not into what a
 * command prints or sftp sends. */
void notice_show(struct session *s, const char *text, bool is_for_people);

/* A terminal runs: the monitor is told that there is somebody to read, when it is
 * the first, and when it is the first that is in the sandbox. */
void notice_reader(const struct channel *c);

/* In each turn of the loop, before output is read. */
void notice_check(struct channel *c);

#endif
