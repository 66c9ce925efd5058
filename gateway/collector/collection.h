/*
 * collection.h - where the work of seats lies: LAB/ACCOUNT/DATE.tar below
 * state_dir/collected, with DATE.receipt and DATE.receipt.sig.
 *
 * The archive has its name last: so what is called .tar is whole, and has a receipt
 * and a signature beside it, whenever the power was cut.
 *
 * Process: collector.
 */
#ifndef ATOLL_COLLECTOR_COLLECTION_H
#define ATOLL_COLLECTOR_COLLECTION_H

#include "gateway/base/err.h"
#include "gateway/collector/receipt.h"
#include "gateway/collector/signing_key.h"
#include "gateway/wire/msg.h"

/* The archive's name below state_dir/collected. */
void collection_file(const struct collection *c, char file[TEXT_SIZE]);

/* An empty file to be filled, which is the caller's; -1.  What an interrupted try
 * has left goes. */
int collection_create(int dir, const struct collection *c, struct err *e);

/* It is filled: hash and sign it.  r has the points, and becomes all of it. */
int collection_finish(int dir, const struct signing_key *k, struct receipt *r,
    struct err *e);

/* 1: that of r->of is whole, and r filled in; 0: there is none; -1. */
int collection_find(int dir, struct receipt *r, struct err *e);

#endif
