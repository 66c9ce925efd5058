/*
 * channel_end.h - the orderly end of channels.
 */
#ifndef ATOLL_SESSION_TERMINAL_CHANNEL_END_H
#define ATOLL_SESSION_TERMINAL_CHANNEL_END_H

struct session;

/* Go on with the ends of channels; frees those that both sides have closed. */
void channel_sweep(struct session *s);

/* How long a channel is kept open for the reason of its process's death:
 * milliseconds, -1 for none. */
int channel_end_timeout(const struct session *s);

/* The connection is over: tell init which terminals its client has closed, or
 * has seen the end of.  The others are lost, and wait.  Before
 * channel_end_all(). */
void channel_settle(struct session *s);

#endif
