/* schema.c - the tables of atoll.db, as the steps that made them. */
#include <inttypes.h>
#include <stdio.h>

#include "gateway/monitor/accounts/db.h"

#include "gateway/base/array.h"

/* Step n makes version n out of version n - 1 (from 1).  A step that was
 * released stays as it is, since databases have taken it: a change is another
 * step at the end. */
static const char *const steps[] = {
	/* keys: one a line; groups: words; expires: seconds since the epoch, 0
	 * for never; source: who made it, "tool", "import" or "self"; address:
	 * from where, when it made itself. */
	"CREATE TABLE accounts ("
	" name TEXT PRIMARY KEY NOT NULL,"
	" full_name TEXT NOT NULL DEFAULT '',"
	" password TEXT NOT NULL DEFAULT '',"
	" keys TEXT NOT NULL DEFAULT '',"
	" groups TEXT NOT NULL DEFAULT '',"
	" locked INTEGER NOT NULL DEFAULT 0,"
	" expires INTEGER NOT NULL DEFAULT 0,"
	" created INTEGER NOT NULL,"
	" source TEXT NOT NULL,"
	" address TEXT NOT NULL DEFAULT ''"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX accounts_by_expiry ON accounts (expires)"
	" WHERE expires > 0;"
	"CREATE INDEX accounts_by_address ON accounts (source, address);",

	/* points of most: the last check of a seat, and its best one; text:
	 * what the student was told last. */
	"CREATE TABLE results ("
	" lab TEXT NOT NULL,"
	" account TEXT NOT NULL,"
	" points INTEGER NOT NULL,"
	" most INTEGER NOT NULL,"
	" time INTEGER NOT NULL,"
	" text TEXT NOT NULL,"
	" best_points INTEGER NOT NULL,"
	" best_most INTEGER NOT NULL,"
	" best_time INTEGER NOT NULL,"
	" tries INTEGER NOT NULL,"
	" PRIMARY KEY (lab, account)"
	") STRICT, WITHOUT ROWID;",

	/* Names of removed accounts whose homes still have to go. */
	"CREATE TABLE homes_to_go ("
	" name TEXT PRIMARY KEY NOT NULL"
	") STRICT, WITHOUT ROWID;",

	/* Accounts that were removed after their expiry, kept for two weeks. */
	"CREATE TABLE accounts_removed ("
	" name TEXT PRIMARY KEY NOT NULL,"
	" full_name TEXT NOT NULL,"
	" password TEXT NOT NULL,"
	" keys TEXT NOT NULL,"
	" groups TEXT NOT NULL,"
	" locked INTEGER NOT NULL,"
	" expires INTEGER NOT NULL,"
	" created INTEGER NOT NULL,"
	" source TEXT NOT NULL,"
	" address TEXT NOT NULL,"
	" removed INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;",

	/* time_factor: percent, what an account's time limits are multiplied
	 * with.  extensions: seconds more that an administrator gave; account is
	 * empty for a whole lab, whose closing time was then
	 * until_configured. */
	"ALTER TABLE accounts ADD COLUMN"
	" time_factor INTEGER NOT NULL DEFAULT 100;"
	"ALTER TABLE accounts_removed ADD COLUMN"
	" time_factor INTEGER NOT NULL DEFAULT 100;"
	"CREATE TABLE extensions ("
	" lab TEXT NOT NULL,"
	" account TEXT NOT NULL,"
	" made INTEGER NOT NULL,"
	" until_configured INTEGER NOT NULL,"
	" more_time INTEGER NOT NULL,"
	" more_open INTEGER NOT NULL,"
	" PRIMARY KEY (lab, account)"
	") STRICT, WITHOUT ROWID;",

	/* numbers: where the seat is in the steps of its lab, as
	 * gateway/base/steps.h has it, with blanks between. */
	"CREATE TABLE progress ("
	" lab TEXT NOT NULL,"
	" account TEXT NOT NULL,"
	" numbers TEXT NOT NULL,"
	" PRIMARY KEY (lab, account)"
	") STRICT, WITHOUT ROWID;",

	/* announcements: what staff said, for an hour; labs: words, empty for
	 * all; account: empty for everybody there.  hands: those that are up;
	 * raised: seconds since the epoch, and text is what the student wrote. */
	"CREATE TABLE announcements ("
	" number INTEGER PRIMARY KEY NOT NULL,"
	" said INTEGER NOT NULL,"
	" labs TEXT NOT NULL,"
	" account TEXT NOT NULL,"
	" text TEXT NOT NULL"
	") STRICT;"
	"CREATE TABLE announcements_seen ("
	" number INTEGER NOT NULL,"
	" account TEXT NOT NULL,"
	" PRIMARY KEY (number, account)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE hands ("
	" lab TEXT NOT NULL,"
	" account TEXT NOT NULL,"
	" sandbox INTEGER NOT NULL,"
	" raised INTEGER NOT NULL,"
	" text TEXT NOT NULL,"
	" PRIMARY KEY (lab, account)"
	") STRICT, WITHOUT ROWID;",

	/* As results, of each step that the seat's checks named; place: of its
	 * line in the last check that named it, from 1; full_time: when it had
	 * all its points first, 0 while it never had. */
	"CREATE TABLE result_steps ("
	" lab TEXT NOT NULL,"
	" account TEXT NOT NULL,"
	" step TEXT NOT NULL,"
	" place INTEGER NOT NULL,"
	" points INTEGER NOT NULL,"
	" most INTEGER NOT NULL,"
	" time INTEGER NOT NULL,"
	" best_points INTEGER NOT NULL,"
	" best_most INTEGER NOT NULL,"
	" best_time INTEGER NOT NULL,"
	" full_time INTEGER NOT NULL,"
	" PRIMARY KEY (lab, account, step)"
	") STRICT, WITHOUT ROWID;",

	/* secrets: digests of words that a seat's checks named; is_own: 1 for a
	 * secret of the seat, 0 for what was handed in there and is none of it;
	 * first: when it was named first, as that; seen: last.
	 * copied: account handed in a secret of owner, first at time. */
	"CREATE TABLE secrets ("
	" lab TEXT NOT NULL,"
	" account TEXT NOT NULL,"
	" mac BLOB NOT NULL,"
	" is_own INTEGER NOT NULL,"
	" first INTEGER NOT NULL,"
	" seen INTEGER NOT NULL,"
	" PRIMARY KEY (account, lab, mac)"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX secrets_by_word ON secrets"
	" (lab, mac, is_own, first, account);"
	"CREATE TABLE copied ("
	" lab TEXT NOT NULL,"
	" account TEXT NOT NULL,"
	" owner TEXT NOT NULL,"
	" time INTEGER NOT NULL,"
	" PRIMARY KEY (lab, account, owner)"
	") STRICT, WITHOUT ROWID;",

	/* What a report of a lab is made of, see gateway/wire/diary.h; account:
	 * empty where it is nobody's; count: how often, of refusals; numbers:
	 * with blanks between. */
	"CREATE TABLE diary ("
	" id INTEGER PRIMARY KEY NOT NULL,"
	" lab TEXT NOT NULL,"
	" what INTEGER NOT NULL,"
	" account TEXT NOT NULL,"
	" began INTEGER NOT NULL,"
	" ended INTEGER NOT NULL,"
	" count INTEGER NOT NULL,"
	" numbers TEXT NOT NULL,"
	" text TEXT NOT NULL,"
	" how TEXT NOT NULL,"
	" UNIQUE (lab, what, account, began, text)"
	") STRICT;"
	"CREATE INDEX diary_by_lab ON diary (lab, what, id);"
	"CREATE INDEX diary_by_account ON diary (account);",
	/* Work that was collected, see closing_store.h; begun: when its end began,
	 * seconds since the epoch; state: enum collected_state; points of most: its
	 * last check, most 0 without one; file: below state_dir/collected; is_told:
	 * 1 when its student was; is_of_before: 1 when the account was removed. */
	"CREATE TABLE collected ("
	" account TEXT NOT NULL,"
	" lab TEXT NOT NULL,"
	" begun INTEGER NOT NULL,"
	" sandbox INTEGER NOT NULL,"
	" state INTEGER NOT NULL,"
	" points INTEGER NOT NULL DEFAULT 0,"
	" most INTEGER NOT NULL DEFAULT 0,"
	" file TEXT NOT NULL DEFAULT '',"
	" size INTEGER NOT NULL DEFAULT 0,"
	" sha256 TEXT NOT NULL DEFAULT '',"
	" is_told INTEGER NOT NULL DEFAULT 0,"
	" is_of_before INTEGER NOT NULL DEFAULT 0,"
	" PRIMARY KEY (account, lab, begun)"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX collected_by_lab ON collected (lab, account, begun);",
};

#define VERSION_NOW ((int64_t)COUNT_OF(steps))

/* Table and version in one transaction: a crash leaves both or neither. */
static int
take_step(struct db *db, int64_t version, struct err *e)
{
	char sql[64];
	struct err ignored;

	snprintf(sql, sizeof(sql), "PRAGMA user_version = %" PRId64,
	    version + 1);
	if (db_exec(db, "BEGIN IMMEDIATE", e) == -1)
		return -1;
	if (db_exec(db, steps[version], e) == 0 && db_exec(db, sql, e) == 0 &&
	    db_exec(db, "COMMIT", e) == 0)
		return 0;
	db_exec(db, "ROLLBACK", &ignored);
	return err_wrap(e, "schema %" PRId64, version + 1);
}

int
schema_upgrade(struct db *db, struct err *e)
{
	int64_t version = 0;

	if (db_number(db, "PRAGMA user_version", &version, e) == -1)
		return -1;
	if (version < 0 || version > VERSION_NOW)
		return err_set(e, 0,
		    DB_NAME " was made by a newer atoll (schema %" PRId64
			    ", this one knows %" PRId64
			    "): install that one, or put a backup in its place",
		    version, VERSION_NOW);
	for (; version < VERSION_NOW; version++) {
		if (take_step(db, version, e) == -1)
			return -1;
	}
	return 0;
}
