/*
 * watched.h - a terminal that is shown, and those that it is shown to.
 *							Process: recorder.
 */
#ifndef ATOLL_RECORDER_WATCHED_H
#define ATOLL_RECORDER_WATCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "gateway/base/err.h"
#include "gateway/base/terminal_due.h"
#include "gateway/base/terminal_ring.h"
#include "gateway/recorder/painter.h"

/*
 * What it shows is not the screen: a picture is due; and its socket takes nothing; or
 * it shows the screen; or there is nobody any more.
 */
enum watcher_state {
	WATCHER_STALE,
	WATCHER_BLOCKED,
	WATCHER_SHOWN,
	WATCHER_GONE,
	WATCHER_STATES
};

struct watcher {
	LIST_ENTRY(watcher) next;
	struct fanout *fan;
	uint32_t number;	  /* as the monitor calls it */
	int fd;			  /* owned */
	enum watcher_state state; /* watcher_step() alone writes it */
	unsigned rows, cols;	  /* of its window */
	int64_t shown_ms;	  /* its last picture; 0: none yet */
	bool
	    is_tile; /* it is shown views of all of the screen, now and then; */
	bool is_stage; /* likewise, with all who look at that stage: */
	unsigned view; /* the number of the last */
	/* A tile, too, that shows a recording: views are due when it has asked for
	 * one, see playing.h. */
	bool is_played, is_asked;
	uint64_t seek_ms;      /* how far into it */
	uint64_t at_ms, of_ms; /* how far it is, of how much */
	unsigned misses;       /* views that could not be made, in a row */
};

/* All of them. */
struct fanouts {
	struct painter painter;
	int epoll; /* owned; of the watchers */
	LIST_HEAD(, fanout) all;
	unsigned tiles; /* of walls, on all terminals */
};

struct fanout {
	LIST_ENTRY(fanout) next;
	struct fanouts *of;
	LIST_HEAD(, watcher) watchers;
	struct terminal_ring ring;
	int ring_file; /* owned */
	unsigned rows, cols;
	struct terminal_due due;
	bool is_due;		     /* a new base */
	struct snapshot base;	     /* whose file is owned */
	struct terminal_filter live; /* of what SHOWN watchers were sent */
	/* The picture that is being made, and for which window. */
	struct painting painting;
	struct snapshot_order order;
	bool is_for_stage;
	/* For those who have a stage: so many, and the view that they are given. */
	unsigned stage_count, stage_views; /* and its number */
	struct snapshot stage_view;	   /* whose file is owned */
	int64_t stage_ms, part_ms; /* when it was made, and last given away */
	int64_t rest_until_ms;	   /* after one that could not be made */
};

#endif
