/*
 * lan_switch.h - a machine's cable is pulled out, or put back.
 *
 * So it is for the machine: its interface has no carrier, and is otherwise as it was.
 * What is switched is the port of the seat's bridge, on which no process of the seat
 * has any right.  It stays so until it is switched again, also when the machine is
 * made anew and when another builder takes over.
 */
#ifndef ATOLL_BUILDER_LAN_SWITCH_H
#define ATOLL_BUILDER_LAN_SWITCH_H

struct builder;
struct msg;

/* React to LAN_SWITCH. */
void lan_switch(struct builder *b, const struct msg *asked);

#endif
