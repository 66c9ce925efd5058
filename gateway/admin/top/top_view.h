/*
 * top_view.h - where one is in the list of atoll top, and what is being typed.
 *
 * Process: atoll, atoll-staff.
 */
#ifndef ATOLL_ADMIN_TOP_TOP_VIEW_H
#define ATOLL_ADMIN_TOP_TOP_VIEW_H

#include "gateway/admin/top/act.h"
#include "gateway/admin/top/edit.h"
#include "gateway/admin/top/rows.h"

/*
 * Keys are commands; or they are a text: which lab to show, what to say, how much time to
 * give, which terminal to watch; or they answer a question; or any key leaves the help.
 */
enum view_mode {
	VIEW_LIST,
	VIEW_LAB,
	VIEW_SAY,
	VIEW_EXTEND,
	VIEW_TERMINAL,
	VIEW_KILL,
	VIEW_HELP,
	VIEW_MODES
};

struct view {
	enum view_mode mode; /* view_step() alone writes it */
	enum top_sort sort;
	char lab[NAME_SIZE];	  /* that is shown; empty: all */
	struct top_target chosen; /* the row that is marked; empty: the first */
	struct top_target target; /* whom the text or the question is about */
	size_t first;		  /* row that is seen */
	struct edit edit;
	char note[TEXT_SIZE]; /* the last word of the gateway */
	int64_t every_ms;
};

/* Keys mean something else from now on; to VIEW_LIST, and from there to any. */
void view_step(struct view *v, enum view_mode next);

/* The marked row, or -1 when there is none. */
ssize_t view_row(const struct view *v, const struct top_rows *r);

/* Mark the row that is so many below; far more is the last. */
void view_move(struct view *v, const struct top_rows *r, long by);

/* Draw all of it. */
void view_draw(struct view *v, const struct top_rows *r);

/* How many rows are seen at once. */
size_t view_page(void);

#endif
