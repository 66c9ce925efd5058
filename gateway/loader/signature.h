/*
 * signature.h - who vouches for an image.		Process: loader.
 *
 * A signature, by ssh-keygen -Y, is over the manifest, which holds the digest
 * of the tree.  That the tree still is what the digest says takes reading all
 * of it, and is for atoll-image verify.
 */
#ifndef ATOLL_LOADER_SIGNATURE_H
#define ATOLL_LOADER_SIGNATURE_H

#include "gateway/base/err.h"

/* Has the manifest, an open file, a good signature, in manifest.conf.sig of
 * folder, by a signer of the allowed_signers file?  Starts ssh-keygen and waits
 * for it; -1 when not. */
int signature_check(int folder, int manifest, const char *signers,
    struct err *e);

#endif
