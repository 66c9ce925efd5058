/*
 * probing.h - how long the question may take whether a client is still there.
 *
 * A session gives its client so long, the monitor gives the sessions more, and
 * who asked the monitor gives it the most, so that each hears the one below.
 */
#ifndef ATOLL_WIRE_PROBING_H
#define ATOLL_WIRE_PROBING_H

#define PROBE_MS	2000 /* for any byte of the client's */
#define PROBED_MS	3000 /* for the answer or the end of each session */
#define PROBE_OTHERS_MS 5000 /* for the monitor's answer */

#endif
