/*
 * network_refused.h - what sandboxes were refused on their network: the monitor asks,
 * and atoll-net answers.
 */
#ifndef ATOLL_BUILDER_NETWORK_REFUSED_H
#define ATOLL_BUILDER_NETWORK_REFUSED_H

#include "sandbox/builder/builder.h"

/* REFUSALS_GET; true: atoll-net is to be asked for that number. */
bool network_refused_ask(struct builder *b, const struct msg *asked,
    uint32_t *number);

/* NET_REFUSALS. */
void network_refused_told(struct builder *b, const struct msg *m);

/* NET_ENDED. */
void network_refused_in_all(struct builder *b, const struct msg *m);

/* It will not come: for that sandbox, or with 0 for any. */
void network_refused_failed(struct builder *b, uint32_t number,
    const char *reason);

#endif
