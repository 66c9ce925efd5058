/*
 * recorder.h - atoll-recorder, and the taps that it reads.
 *							Process: monitor.
 *
 * The process is started where a lab is recorded, or when the first tap is wanted.  When it is lost the next
 * one goes on with every tap: sessions are given new ones, and recordings go on
 * in the file that they had.  No byte of a terminal passes here.
 */
#ifndef ATOLL_MONITOR_LINKS_RECORDER_H
#define ATOLL_MONITOR_LINKS_RECORDER_H

#include "gateway/monitor/monitor.h"
#include "gateway/monitor/seats/conn_terminals.h"

/* TERMINAL_AT and TERMINAL_OVER of a session. */
void recorder_terminal_at(struct conn *c, const struct msg *m);
void recorder_terminal_over(struct conn *c, const struct msg *m);

/* Its connection is going. */
void recorder_forget(struct conn *c);

/* Have the recorder look at a terminal, from what it showed before on where that
 * is wanted; its session is told when the recorder is ready.  Nothing happens when
 * it does so already. */
void recorder_open(struct terminal *t, bool wants_earlier);

/* Nobody watches it any more: when it is not recorded either, it is not copied. */
void recorder_untap(struct terminal *t);

/* WATCH_OPEN, for a terminal that is open; -1: it is not sent. */
int recorder_watch(struct terminal *t, const struct msg *m, struct err *e);

/* That watcher is shown nothing more. */
void recorder_unwatch(const struct monitor *m, uint32_t watch);

/* A line about what happens on a connection's terminals, into their recordings. */
void recorder_mark(const struct conn *c, const char *text);

/* How much there may be of recordings may have changed. */
void recorder_limit(struct monitor *m);

/* RECORDING_PLAY; the process is started for it.  -1: it is not sent. */
int recorder_play(struct monitor *m, const struct msg *msg, struct err *e);

/* A request, whose answer on_reply hears; the process is started for it.  -1: it
 * cannot be asked. */
int recorder_call(struct monitor *m, struct msg *msg, link_reply *on_reply,
    void *self, struct err *e);
void recorder_cancel(struct monitor *m, const void *self);

/* What atoll-recorder says, and its loss. */
void recorder_hello(struct monitor *m, struct msg *msg);
void recorder_failed(struct monitor *m, const struct msg_tap_failed *told);
void recorder_closed(struct monitor *m, const char *why);

/* Taps that were lost are renewed. */
void recorder_tick(struct monitor *m);

void recorder_close(struct monitor *m);
void recorder_free(struct monitor *m);

#endif
