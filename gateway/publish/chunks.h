/*
 * chunks.h - where a body in chunks ends (RFC 9112, 7.1).  Pure.	Process: publish.
 *
 * The bytes are passed on as they are; what follows the end is not of the request.
 */
#ifndef ATOLL_PUBLISH_CHUNKS_H
#define ATOLL_PUBLISH_CHUNKS_H

#include <stddef.h>
#include <stdint.h>

/* Of a line with a size, and of all trailer fields together. */
#define CHUNKS_LINE_MAX	   256
#define CHUNKS_TRAILER_MAX 4096

enum chunks_state {
	CHUNKS_SIZE,	  /* hexadecimal digits */
	CHUNKS_EXTENSION, /* what follows them on the line: nobody reads it */
	CHUNKS_SIZE_LF,
	CHUNKS_DATA,
	CHUNKS_DATA_CR,
	CHUNKS_DATA_LF,
	CHUNKS_TRAILER, /* at the beginning of a line */
	CHUNKS_TRAILER_LINE,
	CHUNKS_TRAILER_LF,
	CHUNKS_LAST_LF,
	CHUNKS_END,
	CHUNKS_BAD, /* this is no body in chunks */
};

/* All zeros: nothing was looked at yet. */
struct chunks {
	enum chunks_state state;
	uint64_t left; /* of the chunk */
	size_t seen;   /* of the line, or of the trailer */
};

/* How many of these bytes are of the body: all, unless it has ended or is none. */
size_t chunks_take(struct chunks *c, const char *bytes, size_t size);

#endif
