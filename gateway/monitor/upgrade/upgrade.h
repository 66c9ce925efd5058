/*
 * upgrade.h - the atolld that is installed now takes over.	Process: monitor.
 *
 * It is an exec in place, as is the builder's (sandbox/builder/upgrade/): this
 * process, its children and its descriptors stay, and what it knows goes along in
 * a file.  What is under way does not: so first nothing new is begun, and what was
 * comes to its end, in two seconds or not at all (obstacle.h).  Then the builder
 * and we have the installed programs try to read what they will get.  Until all
 * of that went well nothing has changed; a reason why not goes to the tool that
 * asked, and the gateway goes on.
 */
#ifndef ATOLL_MONITOR_UPGRADE_UPGRADE_H
#define ATOLL_MONITOR_UPGRADE_UPGRADE_H

#include "gateway/monitor/links/client.h"

/* First of all, before the program's file can have been replaced: what is to be
 * exec'd is what has its name then. */
void upgrade_remember_program(void);

/* Begin it for this tool, which is told the end by UPGRADED: by us when it cannot
 * be, and by the next build otherwise. */
void upgrade_begin(struct monitor *m, struct client *c);

/* In the next build.  This tool waits, for an upgrade from that version. */
void upgrade_go_on(struct monitor *m, uint32_t client, const char *version);

/* The labs were loaded, or refused, and we serve: the tool is told. */
void upgrade_has_loaded(struct monitor *m);

/* In a process that only tries whether it could be the next build: tell the one
 * that is asking, and end. */
_Noreturn void upgrade_tell_trial(int rc, const struct err *e);

/* Signals that would end us in an exec wait for the next program; its handlers are
 * there, or there was no exec. */
void upgrade_hold_signals(void);
void upgrade_release_signals(void);

#endif
