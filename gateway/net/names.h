/*
 * names.h - atoll-names: it is told who may ask, and tells what names lead to.
 *
 * It reads what strangers wrote.  So what it says is looked at here as if it were a
 * sandbox's: no address is let through for a name that no lab reaches, none beyond what
 * a lab may have, and none for longer than an hour.
 */
#ifndef ATOLL_NET_NAMES_H
#define ATOLL_NET_NAMES_H

#include "gateway/net/net.h"

/* NET_NAMES: here is the next one. */
void names_take(struct net *n, int fd);

/* Of a sandbox that has its rules now, and of one that ends. */
void names_tell(struct net *n, const struct net_seat *s);
void names_tell_end(struct net *n, const struct net_seat *s);

/* It said something, or is gone. */
void names_hear(struct net *n);

/* What a sandbox asked for in vain, of the last minutes. */
void names_troubles(const struct net_seat *s, struct msg_net_refusals *to);

#endif
