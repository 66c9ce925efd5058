/*
 * flow.h - bytes that go one way, from one socket to another.	Process: publish.
 *
 * The socket of a sandbox is shared with whoever made it, and may block: nothing here
 * waits for it.
 */
#ifndef ATOLL_PUBLISH_FLOW_H
#define ATOLL_PUBLISH_FLOW_H

#include "gateway/publish/lines.h"

/* A head that is passed on may grow by what we put in. */
#define FLOW_SIZE (HEAD_MAX + 4096)

struct flow {
	size_t at, end; /* of what waits to be written */
	char bytes[FLOW_SIZE];
};

bool flow_has_room(const struct flow *f);
bool flow_has_bytes(const struct flow *f);

enum got { GOT_SOME, GOT_NOTHING, GOT_END };

/* Once, at most so many bytes.  GOT_END: the other side has ended, or is gone. */
enum got flow_read(struct flow *f, int fd, size_t most);
enum got flow_write(struct flow *f, int fd);

/* A head was rewritten: it, and of what stood behind the old one at most so much, is
 * what is to go.  False: that is too long. */
bool flow_replace_head(struct flow *f, size_t old, const struct lines *head,
    size_t most);

#endif
