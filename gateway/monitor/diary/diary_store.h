/*
 * diary_store.h - the diary's table in atoll.db.		Process: monitor.
 */
#ifndef ATOLL_MONITOR_DIARY_DIARY_STORE_H
#define ATOLL_MONITOR_DIARY_DIARY_STORE_H

#include <sys/queue.h>

#include "gateway/monitor/accounts/db.h"
#include "gateway/monitor/monitor.h"
#include "gateway/wire/diary.h"
#include "gateway/wire/msg.h"

#define DIARY_EACH 500	  /* rows of a kind, of one student in a lab */
#define DIARY_LAB  100000 /* and of all in a lab */

struct diary_row {
	STAILQ_ENTRY(diary_row) next;
	char lab[NAME_SIZE];
	enum diary_what what;
	char account[NAME_SIZE]; /* empty: of nobody */
	int64_t began, ended;	 /* seconds since the epoch */
	uint64_t times;		 /* of refusals; else 0 stands for once */
	struct numbers numbers;
	char text[TEXT_SIZE], how[TEXT_SIZE];
};

/* On the writer's thread: write all of them, or none. */
int diary_put(struct db *db, const struct diary_rows *rows, struct err *e);

/* On the writer's thread: forget what ended before, and what is more than
 * DIARY_LAB. */
int diary_forget(struct db *db, int64_t before, struct err *e);

/* DIARY_PAGE rows at most, which ended not before since, after that one. */
int diary_page(struct db *db, const struct msg_admin_report *ask,
    void (*row)(void *self, const struct msg *m), void *self, struct err *e);

/* Is anything kept of that lab?  1, 0, or -1. */
int diary_knows(struct db *db, const char *lab, struct err *e);

#endif
