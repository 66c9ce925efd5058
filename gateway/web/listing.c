/* listing.c - the recordings of a wall's lab, as JSON. */
#include "gateway/web/listing.h"

#include <inttypes.h>

#include "gateway/web/event_text.h"

void
listing_begin(struct wall *w)
{
	struct listing *l = &w->listing;

	*l = (struct listing){ .is_on = true };
	l->to = open_memstream(&l->text, &l->size);
	if (l->to != NULL)
		fputs("{\"recordings\":[", l->to);
}

void
listing_take(struct wall *w, const struct msg_recorded *told)
{
	struct listing *l = &w->listing;

	if (l->to == NULL)
		return;
	if (l->count == LISTING_MAX) {
		l->hidden++;
		return;
	}
	event_member(l->to,
	    l->count++ == 0 ? "{\"file\":" : ",{\"file\":", told->file);
	event_member(l->to, ",\"account\":", told->account);
	fprintf(l->to,
	    ",\"begun\":%" PRIu64 ",\"changed\":%" PRIu64 ",\"size\":%" PRIu64
	    ",\"goesOn\":%s}",
	    told->begun, told->changed, told->size,
	    told->is_written != 0 ? "true" : "false");
}

char *
listing_end(struct wall *w)
{
	struct listing *l = &w->listing;
	char *text = NULL;

	if (l->to != NULL) {
		fprintf(l->to, "],\"hidden\":%u}", l->hidden);
		text = event_close(l->to, &l->text);
	}
	*l = (struct listing){ 0 };
	return text;
}
