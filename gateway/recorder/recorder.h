/*
 * recorder.h - what the parts of atoll-recorder share.
 *							Process: recorder.
 *
 * Everything that a terminal shows passes here and nothing else does: what
 * students type is not seen, and no process is spoken to but the monitor.
 */
#ifndef ATOLL_RECORDER_RECORDER_H
#define ATOLL_RECORDER_RECORDER_H

#include <sys/queue.h>

#include "gateway/recorder/fanout.h"
#include "gateway/recorder/playing.h"
#include "gateway/recorder/recording.h"
#include "gateway/recorder/retention.h"
#include "gateway/wire/chan.h"

/* A terminal that is looked at. */
struct tapped {
	LIST_ENTRY(tapped) next;
	uint32_t number; /* as the monitor calls it */
	int fd;		 /* owned; where its session writes */
	bool is_held;	 /* nothing is read: its file is not ours yet */
	uint64_t held_ms;
	struct recording *recording; /* owned; NULL: it is not recorded */
	struct fanout *fan;	     /* owned; NULL: it cannot be watched */
};

struct recorder {
	struct chan monitor; /* -1 once it is gone */
	int dir;	     /* state_dir/recordings */
	int epoll;
	uint64_t ends_ms; /* when it ends without a monitor; 0: it has one */
	struct retention retention;
	LIST_HEAD(, tapped) taps;
	struct fanouts *fans;
	struct playings playings;
	uint8_t packet[TAP_PACKET_MAX];
};

#endif
