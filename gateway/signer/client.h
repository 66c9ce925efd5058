/*
 * client.h - what a session asks of the signer.	Process: signer.
 */
#ifndef ATOLL_SIGNER_CLIENT_H
#define ATOLL_SIGNER_CLIENT_H

#include "gateway/signer/signer.h"

/* Read and answer its next message; sets is_over when it is not heard any more. */
void client_read(struct signer *s, struct client *c);

#endif
