/* test_db.c - atoll.db: its files, what goes wrong, and its writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/monitor/accounts/writer.h"

struct fixture {
	char folder[64], path[80]; /* of mode 0700, and below it state_dir */
	int dir;
	struct err e;
};

static int
make_folder(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->folder, "/tmp/atoll-db-XXXXXX");
	f->dir = -1;
	*state = f;
	if (mkdtemp(f->folder) == NULL)
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/state", f->folder);
	return mkdir(f->path, 0755);
}

static int
remove_folder(void **state)
{
	static const char *const names[] = { DB_NAME, DB_NAME "-wal",
		DB_NAME "-shm", DB_NAME ".new" };
	struct fixture *f = *state;
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", f->path, names[i]);
		unlink(path);
	}
	rmdir(f->path);
	rmdir(f->folder);
	close(f->dir);
	free(f);
	return 0;
}

static void
make(struct fixture *f)
{
	if (f->dir != -1)
		close(f->dir);
	if (db_make(f->path, geteuid(), getegid(), &f->dir, &f->e) == -1)
		fail_msg("%s", f->e.text);
}

static struct db *
open_it(struct fixture *f, enum db_access access)
{
	struct db *db = db_open(f->dir, access, &f->e);

	if (db == NULL)
		fail_msg("%s", f->e.text);
	return db;
}

static void
exec(struct fixture *f, struct db *db, const char *sql)
{
	if (db_exec(db, sql, &f->e) == -1)
		fail_msg("%s", f->e.text);
}

static int64_t
number(struct fixture *f, struct db *db, const char *sql)
{
	int64_t n = -1;

	if (db_number(db, sql, &n, &f->e) == -1)
		fail_msg("%s", f->e.text);
	return n;
}

#define ADD(name)                                                              \
	"INSERT INTO accounts (name, created, source) VALUES ('" name          \
	"', 1, 'tool')"
#define COUNT "SELECT count(*) FROM accounts"

static void
files_are_made_once_and_for_their_user_alone(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	struct db *db;

	make(f);
	assert_int_equal(fstatat(f->dir, DB_NAME, &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(st.st_size > 0);
	db = open_it(f, DB_WRITE);
	exec(f, db, ADD("alice"));
	db_close(db);
	assert_int_equal(fchmodat(f->dir, DB_NAME, 0644, 0), 0);
	make(f);
	assert_int_equal(fstatat(f->dir, DB_NAME, &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	db = open_it(f, DB_WRITE);
	assert_int_equal(number(f, db, COUNT), 1);
	db_close(db);
}

static void
a_reader_sees_what_was_written_and_cannot_write(void **state)
{
	struct fixture *f = *state;
	struct db *writer, *reader;

	make(f);
	writer = open_it(f, DB_WRITE);
	reader = open_it(f, DB_READ);
	exec(f, writer, "BEGIN IMMEDIATE");
	exec(f, writer, ADD("alice"));
	assert_int_equal(number(f, reader, COUNT), 0);
	exec(f, writer, "COMMIT");
	assert_int_equal(number(f, reader, COUNT), 1);
	assert_int_equal(db_exec(reader, ADD("bob"), &f->e), -1);
	db_close(reader);
	db_close(writer);
}

static void
a_user_who_cannot_reach_or_write_the_directory_can_use_it(void **state)
{
	struct fixture *f = *state;
	struct db *db;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	if (db_make(f->path, 65534, 65534, &f->dir, &f->e) == -1)
		fail_msg("%s", f->e.text);
	pid = fork();
	if (pid == 0) {
		if (setgid(65534) == -1 || setuid(65534) == -1)
			_exit(2);
		db = db_open(f->dir, DB_WRITE, &f->e);
		if (db == NULL || db_exec(db, ADD("alice"), &f->e) == -1)
			_exit(1);
		db_close(db);
		db = db_open(f->dir, DB_READ, &f->e);
		_exit(db != NULL && number(f, db, COUNT) == 1 ? 0 : 1);
	}
	int status = -1;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
a_directory_that_its_user_cannot_enter_is_told_as_such(void **state)
{
	struct fixture *f = *state;
	int status = -1;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	if (db_make(f->path, 65534, 65534, &f->dir, &f->e) == -1)
		fail_msg("%s", f->e.text);
	assert_int_equal(chmod(f->path, 0700), 0);
	pid = fork();
	if (pid == 0) {
		if (setgid(65534) == -1 || setuid(65534) == -1)
			_exit(2);
		_exit(db_open(f->dir, DB_WRITE, &f->e) == NULL &&
			      strstr(f->e.text, "chmod") != NULL
			  ? 0
			  : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
a_link_in_the_place_of_the_file_is_refused(void **state)
{
	struct fixture *f = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/" DB_NAME, f->path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(db_make(f->path, geteuid(), getegid(), &f->dir, &f->e),
	    -1);
	assert_non_null(strstr(f->e.text, DB_NAME));
}

static void
a_damaged_file_is_told_as_such(void **state)
{
	struct fixture *f = *state;
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/" DB_NAME, f->path);
	file = fopen(path, "w");
	assert_non_null(file);
	for (int i = 0; i < 1000; i++)
		fputs("this is no database\n", file);
	fclose(file);
	make(f);
	assert_null(db_open(f->dir, DB_WRITE, &f->e));
	assert_non_null(strstr(f->e.text, "it is damaged"));
}

static void
a_newer_schema_is_refused_and_left_alone(void **state)
{
	struct fixture *f = *state;
	struct db *db;

	make(f);
	db = open_it(f, DB_WRITE);
	exec(f, db, "PRAGMA user_version = 1000");
	db_close(db);
	assert_null(db_open(f->dir, DB_WRITE, &f->e));
	assert_non_null(strstr(f->e.text, "newer atoll (schema 1000"));
}

static void
a_lock_of_another_program_is_told_as_such(void **state)
{
	struct fixture *f = *state;
	struct db *db, *other;

	make(f);
	db = open_it(f, DB_WRITE);
	other = open_it(f, DB_READ); /* does not wait */
	exec(f, db, "BEGIN IMMEDIATE");
	exec(f, other, "PRAGMA query_only = OFF");
	assert_int_equal(db_exec(other, "BEGIN IMMEDIATE", &f->e), -1);
	assert_non_null(strstr(f->e.text, "another program has it locked"));
	db_close(other);
	db_close(db);
}

static void
a_full_disk_is_told_as_such_and_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct db *db;

	make(f);
	db = open_it(f, DB_WRITE);
	exec(f, db, "PRAGMA max_page_count = 8");
	exec(f, db, "BEGIN");
	assert_int_equal(db_exec(db,
			     "INSERT INTO accounts (name, full_name, created,"
			     " source) VALUES ('a', hex(zeroblob(65536)), 1,"
			     " 'tool')",
			     &f->e),
	    -1);
	assert_non_null(strstr(f->e.text, "no room is left"));
	db_exec(db, "ROLLBACK", &f->e);
	assert_int_equal(number(f, db, COUNT), 0);
	db_close(db);
}

/* --- the writer ----------------------------------------------------------- */

struct told {
	const char *sql;
	int times;
	bool failed;
};

static int
change(struct db *db, void *data, struct err *e)
{
	struct told *t = data;

	if (db_exec(db, ADD("first"), e) == -1)
		return -1;
	return db_exec(db, t->sql, e);
}

static void
on_done(void *data, const struct err *e)
{
	struct told *t = data;

	t->times++;
	t->failed = e != NULL;
}

static void
a_change_is_made_wholly_or_not_at_all(void **state)
{
	struct fixture *f = *state;
	struct told bad = { .sql = "nonsense" }, good = { .sql = ADD("b") };
	struct writer *w;
	struct db *reader;
	static uv_loop_t loop; /* it holds the writer, which is never freed */

	make(f);
	assert_int_equal(uv_loop_init(&loop), 0);
	w = writer_start(&loop, open_it(f, DB_WRITE), &f->e);
	assert_non_null(w);
	reader = open_it(f, DB_READ);
	writer_add(w, change, on_done, &bad);
	while (bad.times == 0)
		uv_run(&loop, UV_RUN_ONCE);
	assert_true(bad.failed);
	assert_int_equal(number(f, reader, COUNT), 0);
	writer_add(w, change, on_done, &good);
	while (good.times == 0)
		uv_run(&loop, UV_RUN_ONCE);
	assert_false(good.failed);
	assert_int_equal(number(f, reader, COUNT), 2);
	writer_stop(w);
	free(w);
	db_close(reader);
}

static void
a_stop_waits_for_what_was_asked_for(void **state)
{
	struct fixture *f = *state;
	struct told t = { .sql = ADD("b") };
	struct writer *w;
	struct db *reader;
	static uv_loop_t loop; /* it holds the writer, which is never freed */

	make(f);
	assert_int_equal(uv_loop_init(&loop), 0);
	w = writer_start(&loop, open_it(f, DB_WRITE), &f->e);
	assert_non_null(w);
	writer_add(w, change, on_done, &t);
	writer_stop(w);
	reader = open_it(f, DB_READ);
	assert_int_equal(number(f, reader, COUNT), 2);
	db_close(reader);
}

#define T(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(files_are_made_once_and_for_their_user_alone),
		T(a_reader_sees_what_was_written_and_cannot_write),
		T(a_user_who_cannot_reach_or_write_the_directory_can_use_it),
		T(a_directory_that_its_user_cannot_enter_is_told_as_such),
		T(a_link_in_the_place_of_the_file_is_refused),
		T(a_damaged_file_is_told_as_such),
		T(a_newer_schema_is_refused_and_left_alone),
		T(a_lock_of_another_program_is_told_as_such),
		T(a_full_disk_is_told_as_such_and_changes_nothing),
		T(a_change_is_made_wholly_or_not_at_all),
		T(a_stop_waits_for_what_was_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
