/*
 * furnish.h - what an image cannot have, since it is the same for everybody and
 * no system starts from it.
 *
 * What cannot be made is left out: a sandbox is of use without it.
 */
#ifndef ATOLL_INIT_FURNISH_H
#define ATOLL_INIT_FURNISH_H

#include "gateway/wire/msg.h"

/* Directories of /run that the image's programs want, below the directory root
 * (a descriptor). */
void furnish_run(int root);

/*
 * Debian's ping(8) is a file with cap_net_raw, and of such a file there is no
 * exec at all where the lab lacks that.  It pings without, as ping_group_range
 * lets it: so its copy in this sandbox loses the capability then.
 */
void furnish_ping(int root, const struct msg_init_plan *plan);

/*
 * The account's names, "alice" and "alice+lab", as further names of the lab's
 * user: clients put what they log in as before a path, as in ~alice/x.  Not
 * for root, of whom a second name would be a second root, nor where the name is
 * taken or is a number.  Call it when the lab's setup is over, which may make
 * users by itself.
 */
void furnish_names(int root, const struct msg_init_plan *plan);

/* Before the account is known: what can be done for its names by then. */
void furnish_names_begin(int root, const struct msg_init_plan *plan);

#endif
