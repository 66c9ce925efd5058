/* monitor_places.c - the files that a monitor that serves can open. */
#include "gateway/monitor/monitor_places.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/confine.h"
#include "gateway/base/scope.h"
#include "gateway/monitor/accounts/db.h"

#define TIME_ZONE  "/etc/localtime"
#define TIME_ZONES "/usr/share/zoneinfo" /* where that points to, on Debian */

static bool
is_same(int a, int b)
{
	struct stat s, t;

	return fstat(a, &s) == 0 && fstat(b, &t) == 0 && s.st_dev == t.st_dev &&
	       s.st_ino == t.st_ino;
}

/* The list owns fd, which may be -1; most libraries lie in one directory. */
static void
add_fd(struct monitor_places *p, int fd, uint64_t rights)
{
	if (fd == -1)
		return;
	for (size_t i = 0; i < p->count && i < MONITOR_PLACES_MAX; i++) {
		if (p->at[i].rights == rights && is_same(p->at[i].fd, fd)) {
			close(fd);
			return;
		}
	}
	if (p->count < MONITOR_PLACES_MAX)
		p->at[p->count] = (struct landlock_place){ fd, rights };
	else
		close(fd);
	p->count++;
}

static void
add(struct monitor_places *p, const char *path, uint64_t rights)
{
	add_fd(p, open(path, O_PATH | O_CLOEXEC), rights);
}

/* The files that root has made for it: it may make none there (db.h).  The directory
 * is opened to be synced. */
static void
add_database(struct monitor_places *p, int state_dir)
{
	static const char *const files[] = { DB_NAME, DB_NAME "-wal",
		DB_NAME "-shm" };

	add_fd(p, openat(state_dir, ".", O_PATH | O_CLOEXEC), PLACE_LIST);
	for (size_t i = 0; i < COUNT_OF(files); i++)
		add_fd(p,
		    openat(state_dir, files[i],
			O_PATH | O_NOFOLLOW | O_CLOEXEC),
		    PLACE_READ | PLACE_WRITE);
}

/* The directory that a file is in: dpkg(1) replaces files. */
static void
add_folder_of(struct monitor_places *p, const char *file)
{
	FREES char *full = realpath(file, NULL);

	if (full != NULL)
		add(p, dirname(full), PLACE_RUN);
}

/* One of the libraries, the program loader among them. */
static int
add_library(struct dl_phdr_info *info, size_t size, void *places)
{
	(void)size;
	if (strchr(info->dlpi_name, '/') != NULL)
		add_folder_of(places, info->dlpi_name);
	return 0;
}

/* The file that localtime(3) reads, or NULL for one of TIME_ZONES. */
static const char *
time_zone(void)
{
	const char *zone = getenv("TZ");

	if (zone == NULL)
		return TIME_ZONE;
	zone += zone[0] == ':';
	return zone[0] == '/' ? zone : NULL;
}

/* A C library that finds another file there and cannot read it goes by UTC, and says
 * nothing.  One that is told the name reads it once. */
static void
hold_time_zone(void)
{
	FREES char *full = realpath(TIME_ZONE, NULL);

	if (full != NULL &&
	    strncmp(full, TIME_ZONES "/", strlen(TIME_ZONES "/")) != 0)
		setenv("TZ", ":" TIME_ZONE, 0);
	tzset();
}

int
monitor_places_open(struct monitor_places *p, const char *program,
    int state_dir, struct err *e)
{
	const char *zone = time_zone();

	*p = (struct monitor_places){ 0 };
	add_database(p, state_dir);
	add(p, "/dev/null", PLACE_READ | PLACE_WRITE);
	/* SQLite's salts; how many processors there are (sysconf(3)) */
	add(p, "/dev/urandom", PLACE_READ);
	add(p, "/sys/devices/system/cpu/online", PLACE_READ);
	/* when a lab is open: localtime(3) */
	if (zone != NULL)
		add(p, zone, PLACE_READ);
	add(p, TIME_ZONES, PLACE_READ);
	hold_time_zone();
	/* a terminal for a command of staff */
	add(p, "/dev/ptmx", PLACE_READ | PLACE_WRITE | PLACE_IOCTL);
	add(p, "/dev/pts", PLACE_READ | PLACE_WRITE | PLACE_IOCTL);
	/* the installed monitor, and the start of a program */
	add_folder_of(p, program);
	add(p, "/etc/ld.so.cache", PLACE_READ);
	add(p, "/etc/ld.so.preload", PLACE_READ);
	if (SANITIZED)
		add(p, "/proc", PLACE_READ | PLACE_LIST);
	dl_iterate_phdr(add_library, p);
	if (p->count <= MONITOR_PLACES_MAX)
		return 0;
	p->count = MONITOR_PLACES_MAX;
	return err_set(e, 0, "libraries lie in too many directories");
}

void
monitor_places_close(struct monitor_places *p)
{
	while (p->count > 0)
		close(p->at[--p->count].fd);
}

int
monitor_places_check(struct err *e)
{
	const char *zone = time_zone();
	CLOSES int fd = zone == NULL ? -1 : open(zone, O_RDONLY | O_CLOEXEC);

	if (zone != NULL && fd == -1 && errno == EACCES)
		return err_set(e, 0,
		    "%s is another file than at the start, and this monitor"
		    " cannot open it: restart the gateway",
		    zone);
	return 0;
}
