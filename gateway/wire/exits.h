/*
 * exits.h - how a session process ends: its exit status, as SESSION_END tells.
 *
 * A status that is not here is a death by signal.  SIGPROF is the watchdog: the
 * session used seconds of CPU without once coming back to its loop.  SIGSYS is
 * a call that only an attacker who took the process over would make.
 */
#ifndef ATOLL_WIRE_EXITS_H
#define ATOLL_WIRE_EXITS_H

#define SESSION_EXITS(X)                                                       \
	X(LEFT, "the client left")                                             \
	X(SETUP, "the session could not be set up")                            \
	X(JAIL, "the session could not jail itself")                           \
	X(KEX, "no key exchange was agreed")                                   \
	X(GRACE, "nobody logged in in time")                                   \
	X(TRIES, "too many failed logins")                                     \
	X(PROTOCOL, "the client broke the protocol")                           \
	X(SILENT, "keepalives went unanswered")                                \
	X(FLOOD, "the client ignored the receive window")                      \
	X(MEMORY, "no memory was left")                                        \
	X(MONITOR, "the monitor is gone")                                      \
	X(IDLE, "nobody typed for too long")                                   \
	X(TOLD, "the monitor said goodbye")                                    \
	X(SIGNER, "no signature of the host key was to be had")                \
	X(STEP, "the session had to take a step that its states do not have")

enum session_exit {
#define X(name, text) EXIT_##name,
	SESSION_EXITS(X)
#undef X
	    EXIT_COUNT
};

#endif
