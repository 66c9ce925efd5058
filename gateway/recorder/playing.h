/*
 * playing.h - recordings that are played.		Process: recorder.
 *
 * Whoever looks has the clock, and asks for one moment after the other; the lines of
 * the recording up to there go into a terminal of its own, of which a view is the
 * answer.  Back is from the beginning: what a screen was is known by no other way.  So
 * nothing is done for somebody who asks for nothing, and never more than one view.
 */
#ifndef ATOLL_RECORDER_PLAYING_H
#define ATOLL_RECORDER_PLAYING_H

#include <stdbool.h>
#include <sys/queue.h>

#include "gateway/recorder/fanout.h"

#define PLAYINGS_MAX 32

struct playings {
	struct fanouts *fans;
	unsigned count;
	TAILQ_HEAD(, playing) all; /* who has waited longest first */
};

void playings_begin(struct playings *all, struct fanouts *fans);
void playings_end(struct playings *all);

/* Play that file below dir to fd, which is taken; an error is told there. */
void playings_open(struct playings *all, int dir, const char *file, int fd);

/* Before fanouts_turn(): one of them goes on towards what it is asked for, and the next
 * one in the next turn: terminals do not wait for them all.  False: there is nothing to
 * do. */
bool playings_turn(struct playings *all);

#endif
