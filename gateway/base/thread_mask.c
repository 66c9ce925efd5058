/* thread_mask.c - threads that signals leave alone. */
#include "gateway/base/thread_mask.h"

#include <stddef.h>

void
thread_mask_begin(sigset_t *before)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, before);
}

void
thread_mask_end(const sigset_t *before)
{
	pthread_sigmask(SIG_SETMASK, before, NULL);
}
