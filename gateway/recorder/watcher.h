/*
 * watcher.h - one that is shown a terminal: its socket.	Process: recorder.
 */
#ifndef ATOLL_RECORDER_WATCHER_H
#define ATOLL_RECORDER_WATCHER_H

#include "gateway/base/watching.h"
#include "gateway/recorder/watched.h"

/* A step that its life does not have is a defect of ours: it is hung up. */
void watcher_step(struct watcher *w, enum watcher_state next);

/* Is its window of the terminal's size? */
bool watcher_is_exact(const struct watcher *w);

/* Is that a picture for it?  It is when its window has that size. */
bool watcher_fits(const struct watcher *w, const struct snapshot_order *order);

/* What it is to be painted for. */
void watcher_order(const struct watcher *w, struct snapshot_order *order);

/* A picture; false: it was not taken. */
bool watcher_picture(struct watcher *w, const struct snapshot *made,
    bool is_view);

/* What was printed, filtered; false: it was not taken, and the watcher is blocked. */
bool watcher_output(struct watcher *w, const uint8_t *bytes, size_t n);

void watcher_end(struct watcher *w, uint32_t status, uint32_t signal);

/* Of a recording: it is there, and the view is as it was; or it is not played, and
 * why. */
void watcher_at(struct watcher *w);
void watcher_refuse(struct watcher *w, const char *why);

/* It has said something, or is gone, or takes more. */
void watcher_serve(struct watcher *w, uint32_t events);

void watcher_free(struct watcher *w);

#endif
