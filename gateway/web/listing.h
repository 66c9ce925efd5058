/*
 * listing.h - the recordings of a wall's lab, as JSON.		Process: web.
 */
#ifndef ATOLL_WEB_LISTING_H
#define ATOLL_WEB_LISTING_H

#include "gateway/web/wall_state.h"

#define LISTING_MAX 4096 /* recordings; those beyond are counted */

/* They are asked for; one of them; and the text of all, for free(3), or NULL: there is no
 * memory. */
void listing_begin(struct wall *w);
void listing_take(struct wall *w, const struct msg_recorded *told);
char *listing_end(struct wall *w);

#endif
