/*
 * receipt.h - what is said, and signed, of work that was collected.  Pure.
 *
 * Lines of "name: value", in this order, see atoll-event(7):
 *
 *	atoll receipt 1
 *	lab: c101
 *	account: ann
 *	time: 2026-11-29T12:00:00Z	when its end began
 *	points: 8 of 10			of its last check; or "none"
 *	archive: 20261129T120000Z.tar
 *	size: 52224			bytes
 *	sha256: 9f86d081884c7d65...
 */
#ifndef ATOLL_COLLECTOR_RECEIPT_H
#define ATOLL_COLLECTOR_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/name.h"

#define SHA256_TEXT_SIZE 65 /* hexadecimal digits, and a NUL */

/* 20261129T120000Z, with its NUL */
#define RECEIPT_DATE_SIZE 20

/* What a seat's work is found by. */
struct collection {
	char lab[NAME_SIZE], account[NAME_SIZE];
	uint64_t begun; /* seconds since the epoch */
};

struct receipt {
	struct collection of;
	uint32_t points, most; /* most 0: there was no check */
	uint64_t size;	       /* bytes of the archive */
	char sha256[SHA256_TEXT_SIZE];
};

/* What its files are called, before their suffixes. */
void receipt_date(const struct collection *c, char date[RECEIPT_DATE_SIZE]);

#define RECEIPT_SIZE 512

/* Returns the length of the text. */
size_t receipt_write(const struct receipt *r, char text[RECEIPT_SIZE]);

/* Of a receipt of r->of, fill in the rest; false: it is none. */
bool receipt_read(struct receipt *r, const char *text);

#endif
