/*
 * network_names.h - atoll-names, which answers the questions of sandboxes whose lab
 * allows names.
 *
 * It speaks with atoll-net, by a link that is made here, and ends with that one.  Of
 * us it hears whom it may ask, and that there is nobody any more who needs it.
 */
#ifndef ATOLL_BUILDER_NETWORK_NAMES_H
#define ATOLL_BUILDER_NETWORK_NAMES_H

#include "sandbox/builder/builder.h"

void names_init(struct network *n);

/* atoll-net was started, or a configuration is in force, or a sandbox has ended: is it
 * there if somebody wants it, and does it ask whom it should? */
void names_look(struct builder *b);

/* atoll-net is lost, or nobody has a network any more. */
void names_lose(struct builder *b);

/* What it says, or its end; and the time to start it anew. */
void on_names(struct builder *b);
void on_names_timer(struct builder *b);

#endif
