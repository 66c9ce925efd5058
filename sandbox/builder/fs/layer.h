/*
 * layer.h - the writable layer of a sandbox.
 *
 * In memory it is a tmpfs.  On disk it is an ext4 of its own or a directory
 * with a quota, see store.h.  Either way it is a mount that is attached nowhere,
 * and its room is what statfs(2) says of it.
 */
#ifndef ATOLL_BUILDER_FS_LAYER_H
#define ATOLL_BUILDER_FS_LAYER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/err.h"
#include "sandbox/builder/fs/store.h"
#include "sandbox/builder/plan.h"

enum layer_kind { LAYER_NONE, LAYER_MEMORY, LAYER_LOOP, LAYER_QUOTA };

struct layer {
	enum layer_kind kind;
	int root;      /* O_PATH of the mount; -1: not made, or let go */
	uint32_t id;   /* what the store knows it by */
	pid_t remover; /* LAYER_QUOTA: who removes it; 0: nobody yet */
};

void layer_init(struct layer *l);

/* At load: can the host make such a layer as the lab asks for?  Tries it. */
int layer_prepare(struct store *s, struct plan *p, struct err *e);

/* Make one; base is the first of the sandbox's ids.  After -1 l holds whatever
 * there is by then, for layer_release() and layer_remove(). */
int layer_make(const struct store *s, const struct plan *p, uint32_t base,
    struct layer *l, struct err *e);

/* Let go of it, before its last users are killed: nothing that they wrote is
 * worth writing to a disk any more. */
void layer_release(struct layer *l);

/* Its users are dead: leave nothing of it.  False: not yet, ask again. */
bool layer_remove(const struct store *s, struct layer *l);

/* The same, and wait for it, not much longer than ms.  The process that removes
 * is killed then.  -1 with ETIMEDOUT: it hangs in the kernel, or there was none
 * to be had; what it leaves goes at the builder's next start. */
int layer_remove_within(const struct store *s, struct layer *l, unsigned ms,
    struct err *e);

#endif
