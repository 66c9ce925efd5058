/*
 * exposition.h - metrics as the text that Prometheus reads.	Process: web.
 *
 * Version 0.0.4 of the text format (prometheus.io/docs/instrumenting/
 * exposition_formats).  Rows come by lab, the text goes by metric: so all rows are
 * kept until it is written.
 */
#ifndef ATOLL_WEB_EXPOSITION_H
#define ATOLL_WEB_EXPOSITION_H

#include "gateway/wire/metrics.h"
#include "gateway/wire/msg.h"

struct exposition_row {
	enum metric metric;
	char lab[NAME_SIZE];
	uint64_t values[NUMBERS_MAX];
};

/* Zeroed, it is empty. */
struct exposition {
	struct exposition_row *rows; /* owned */
	size_t count, room;
};

/* Keep a row.  -1: it is none of the table's, or there is no memory. */
int exposition_add(struct exposition *x, const struct msg_metric *m,
    struct err *e);

/* The text of all rows, which free() takes, and its size; NULL without memory. */
char *exposition_text(const struct exposition *x, size_t *size);

/* Begin anew. */
void exposition_clear(struct exposition *x);

#endif
