/* db.c - state_dir/atoll.db: its files, and statements. */
#include "gateway/monitor/accounts/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/scope.h"

#define VFS_NAME "atoll"
#define BUSY_MS	 5000 /* that the writer waits for another program's lock */

struct db {
	sqlite3 *handle;
	_Atomic uint64_t errors; /* the writer's are read by the loop */
};

/* What an administrator can do about a result of SQLite, or NULL. */
static const char *
cure(int result)
{
	switch (result & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return "another program has it locked: close it, and try again";
	case SQLITE_FULL:
		return "no room is left in state_dir; nothing was changed";
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return "it is damaged: put a backup in its place, or rescue"
		       " what 'sqlite3 " DB_NAME " .recover' prints";
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_READONLY:
		return "it cannot be opened for writing: look at its owner,"
		       " its mode and its file system";
	case SQLITE_IOERR:
		return "reading or writing failed: look at the disk, and at"
		       " what the kernel says of it";
	default:
		return NULL;
	}
}

static int
fail(struct db *db, int result, struct err *e)
{
	const char *what = sqlite3_errstr(result);
	const char *hint = cure(result);

	/* A row that is there already is a matter of whoever makes it. */
	if ((result & 0xff) != SQLITE_CONSTRAINT)
		db->errors++;
	if (hint != NULL)
		return err_set(e, 0, DB_NAME ": %s; %s", what, hint);
	return err_set(e, 0, DB_NAME ": %s",
	    db->handle == NULL ? what : sqlite3_errmsg(db->handle));
}

/* --- files ---------------------------------------------------------------- */

/* A name is taken as it stands: SQLite would resolve the link of a descriptor
 * to a path that its user may not be able to walk. */
static int
keep_path(sqlite3_vfs *vfs, const char *name, int size, char *full)
{
	(void)vfs;
	if (strlen(name) >= (size_t)size)
		return SQLITE_CANTOPEN;
	strcpy(full, name);
	return SQLITE_OK;
}

static int
register_vfs(struct err *e)
{
	/* SQLite keeps the address for the life of the process. */
	static sqlite3_vfs vfs;
	const sqlite3_vfs *usual = sqlite3_vfs_find(NULL);

	if (sqlite3_vfs_find(VFS_NAME) != NULL)
		return 0;
	if (usual == NULL)
		return err_set(e, 0, "SQLite has no files");
	vfs = *usual;
	vfs.pNext = NULL;
	vfs.zName = VFS_NAME;
	vfs.xFullPathname = keep_path;
	if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK)
		return err_set(e, ENOMEM, "SQLite");
	return 0;
}

static int
open_handle(struct db *db, int dir, const char *name, struct err *e)
{
	char path[64];
	int result;

	if (register_vfs(e) == -1)
		return -1;
	if (faccessat(dir, ".", X_OK, 0) == -1)
		return err_set(e, errno,
		    "state_dir cannot be entered by this user: cure it with"
		    " 'chmod o+x'");
	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", dir, name);
	result = sqlite3_open_v2(path, &db->handle,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, VFS_NAME);
	if (result != SQLITE_OK)
		return fail(db, result, e);
	return 0;
}

/* A file of ours that is there gets its owner back, as after a backup was
 * restored.  A link, a device or a file with a second name is not ours: user
 * atoll may have put it there, for root to give away another file. */
static int
own_file(int dir, const char *name, int flags, uid_t uid, gid_t gid,
    struct err *e)
{
	CLOSES int fd = openat(dir, name,
	    O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags, 0600);
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1)
		return err_set(e, errno, "%s", name);
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		return err_set(e, 0,
		    "%s is not a regular file with one name: move it away",
		    name);
	if (((st.st_uid != uid || st.st_gid != gid) &&
		fchown(fd, uid, gid) == -1) ||
	    fchmod(fd, 0600) == -1)
		return err_set(e, errno, "owner of %s", name);
	return 0;
}

/* An empty database, under another name until it is whole.  Root writes this
 * one only, which nobody else has touched: see db.h. */
static int
make_empty(int dir, uid_t uid, gid_t gid, struct err *e)
{
	static const char fresh[] = DB_NAME ".new";
	struct db db = { 0 };
	int rc;

	if (unlinkat(dir, fresh, 0) == -1 && errno != ENOENT)
		return err_set(e, errno, "remove old %s", fresh);
	rc = own_file(dir, fresh, O_CREAT | O_EXCL, geteuid(), getegid(), e);
	if (rc == 0)
		rc = open_handle(&db, dir, fresh, e);
	if (rc == 0)
		rc = db_exec(&db, "PRAGMA journal_mode = WAL", e);
	if (rc == 0)
		rc = db_exec(&db, "VACUUM", e); /* a first page is written */
	sqlite3_close(db.handle);
	if (rc == 0)
		rc = own_file(dir, fresh, 0, uid, gid, e);
	if (rc == 0 && renameat(dir, fresh, dir, DB_NAME) == -1)
		rc = err_set(e, errno, "rename %s", fresh);
	return rc;
}

int
db_make(const char *state_dir, uid_t uid, gid_t gid, int *dir, struct err *e)
{
	static const char *const logs[] = { DB_NAME "-wal", DB_NAME "-shm" };
	CLOSES int fd = -1;

	if (mkdir(state_dir, 0755) == -1 && errno != EEXIST)
		return err_set(e, errno,
		    "state_dir %s (make it with 'mkdir -p %s')", state_dir,
		    state_dir);
	fd = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return err_set(e, errno, "state_dir %s", state_dir);
	if (faccessat(fd, DB_NAME, F_OK, AT_SYMLINK_NOFOLLOW) == -1 &&
	    make_empty(fd, uid, gid, e) == -1)
		return err_wrap(e, "state_dir %s", state_dir);
	if (own_file(fd, DB_NAME, 0, uid, gid, e) == -1)
		return err_wrap(e, "state_dir %s", state_dir);
	for (size_t i = 0; i < COUNT_OF(logs); i++) {
		if (own_file(fd, logs[i], O_CREAT, uid, gid, e) == -1)
			return err_wrap(e, "state_dir %s", state_dir);
	}
	*dir = take_fd(&fd);
	return 0;
}

/* --- a connection to it --------------------------------------------------- */

static int
set_up(struct db *db, enum db_access access, struct err *e)
{
	int keep = 1;

	/* The log stays when the last connection to it closes: user atoll may
	 * make no file in state_dir. */
	sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_PERSIST_WAL,
	    &keep);
	/* Temporary tables, and what is sorted, would need a directory to write
	 * to, and there is none: see monitor_places.h. */
	if (db_exec(db, "PRAGMA temp_store = MEMORY", e) == -1)
		return -1;
	if (access == DB_READ)
		return db_exec(db, "PRAGMA query_only = ON", e);
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	/* FULL: a change is synced before it is answered, should the power
	 * fail. */
	if (db_exec(db,
		"PRAGMA synchronous = FULL;"
		"PRAGMA journal_mode = WAL;"
		"PRAGMA journal_size_limit = 16777216",
		e) == -1)
		return -1;
	return schema_upgrade(db, e);
}

struct db *
db_open(int dir, enum db_access access, struct err *e)
{
	struct db *db = calloc(1, sizeof(*db));

	if (db == NULL) {
		err_set(e, ENOMEM, DB_NAME);
		return NULL;
	}
	if (open_handle(db, dir, DB_NAME, e) == 0 && set_up(db, access, e) == 0)
		return db;
	db_close(db);
	return NULL;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	sqlite3_close_v2(db->handle);
	free(db);
}

uint64_t
db_errors(const struct db *db)
{
	return db == NULL ? 0 : db->errors;
}

sqlite3_stmt *
db_prepare(struct db *db, const char *sql, struct err *e)
{
	sqlite3_stmt *s = NULL;
	int result = sqlite3_prepare_v2(db->handle, sql, -1, &s, NULL);

	if (result != SQLITE_OK)
		fail(db, result, e);
	return s;
}

int
db_step(struct db *db, sqlite3_stmt *s, struct err *e)
{
	int result = sqlite3_step(s);

	if (result == SQLITE_ROW)
		return 1;
	return result == SQLITE_DONE ? 0 : fail(db, result, e);
}

int
db_step_for(struct db *db, const char *sql, const char *text, struct err *e)
{
	sqlite3_stmt *s = db_prepare(db, sql, e);
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, text, -1, NULL);
	rc = db_step(db, s, e);
	sqlite3_finalize(s);
	return rc;
}

int
db_exec(struct db *db, const char *sql, struct err *e)
{
	int result = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

	return result == SQLITE_OK ? 0 : fail(db, result, e);
}

int
db_number(struct db *db, const char *sql, int64_t *number, struct err *e)
{
	sqlite3_stmt *s = db_prepare(db, sql, e);
	int rc;

	if (s == NULL)
		return -1;
	rc = db_step(db, s, e);
	if (rc == 1)
		*number = sqlite3_column_int64(s, 0);
	else if (rc == 0)
		rc = err_set(e, 0, DB_NAME ": no answer to %s", sql);
	sqlite3_finalize(s);
	return rc == -1 ? -1 : 0;
}

const char *
db_text(sqlite3_stmt *s, int column)
{
	const unsigned char *text = sqlite3_column_text(s, column);

	return text == NULL ? "" : (const char *)text;
}
