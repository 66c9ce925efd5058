/*
 * state_file.h - what a process leaves to the build of itself that takes over.
 *
 * An upgrade is an exec in place: the process, its children and its descriptors
 * stay.  What it knows goes with it in a memfd (memfd_create(2)), as messages:
 * rows of messages.def whose sender and receiver are the same role, so that
 * another build reads them as it reads a lasting link.  A descriptor is a field
 * with its number: who writes it keeps it open across the exec, and who reads it
 * takes it over.
 *
 * Nothing here blocks.
 */
#ifndef ATOLL_WIRE_STATE_FILE_H
#define ATOLL_WIRE_STATE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

/* A new one, which survives an exec; -1. */
int state_create(struct err *e);

/* Append a row without descriptors in its envelope. */
int state_put(int fd, const struct msg *m, struct err *e);

/* All rows of a file. */
struct state_rows {
	enum role self;
	uint8_t *bytes; /* owned */
	size_t size, at;
};

/* Read it from its beginning; state_close() what is in r, also after -1. */
int state_open(struct state_rows *r, int fd, enum role self, struct err *e);

/* The next row, whose long texts live until state_close(): 1; 0 at the end; -1: it
 * is damaged, or of a build that is too new. */
int state_next(struct state_rows *r, struct msg *m, struct err *e);
void state_close(struct state_rows *r);

/* As a field: fd stays open across an exec from now on. */
uint32_t state_keep(int fd);

/* What a field names becomes *fd, to be closed on exec again; -1 there for none.
 * -1: there is no such descriptor. */
int state_take(uint32_t field, int *fd, struct err *e);

#endif
