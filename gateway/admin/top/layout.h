/*
 * layout.h - what atoll top shows, as lines of text.
 *
 * Process: atoll, atoll-staff.  Pure.  Each line is safe for a terminal, whatever a
 * student has typed, and of so many columns at most.
 */
#ifndef ATOLL_ADMIN_TOP_LAYOUT_H
#define ATOLL_ADMIN_TOP_LAYOUT_H

#include <time.h>

#include "gateway/admin/top/rows.h"

#define TOP_COLUMNS_MAX 500
#define TOP_LINE_SIZE	(4 * TOP_COLUMNS_MAX)

/* Of a list that goes to a file, where it is as wide as it gets. */
#define TOP_WIDE TOP_COLUMNS_MAX

struct top_layout {
	unsigned columns; /* of the terminal */
	unsigned seat;	  /* of them for the seat's name */
};

/* How wide the columns are, for these rows. */
void top_layout(struct top_layout *l, const struct top_rows *r,
    unsigned columns);

void top_titles(const struct top_layout *l, char to[TOP_LINE_SIZE]);
void top_line(const struct top_layout *l, const struct top_row *row, time_t now,
    char to[TOP_LINE_SIZE]);

/* All that is known of one seat, as far as it has a place. */
void top_detail(const struct top_layout *l, const struct top_row *row,
    char to[TOP_LINE_SIZE]);

/* The totals: of what is shown, and of the host. */
#define TOP_HEAD 2
void top_head(const struct top_layout *l, const struct top_rows *r,
    char to[TOP_HEAD][TOP_LINE_SIZE]);

#endif
