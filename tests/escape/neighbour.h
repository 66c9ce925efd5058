/*
 * neighbour.h - what someone else offers: a port, names of every kind.
 *
 * The one who listens may be in another sandbox or on the host; the names are
 * the same everywhere, and whoever reaches them from a sandbox has left it.
 */
#ifndef ATOLL_ESCAPE_NEIGHBOUR_H
#define ATOLL_ESCAPE_NEIGHBOUR_H

#define NEIGHBOUR_ABSTRACT "atoll-escape-neighbour"
#define NEIGHBOUR_QUEUE	   "/atoll-escape"
#define NEIGHBOUR_KEY	   0x61746f6c
#define NEIGHBOUR_SHM	   "/dev/shm/atoll-escape"
/* Whoever can lock these alone, though somebody listens, has files of its own. */
#define NEIGHBOUR_DEVICE  "/dev/null"
#define NEIGHBOUR_PROGRAM "/usr/local/bin/lab" /* not on the host */

/* Offer everything and say "listening"; back when stdin has ended. */
int neighbour_listen(int port);

#endif
