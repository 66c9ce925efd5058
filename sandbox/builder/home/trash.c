/* trash.c - homes whose removal a clock has decided. */
#include "sandbox/builder/home/trash.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/dir.h"
#include "gateway/base/log.h"
#include "sandbox/builder/builder.h"
#include "sandbox/builder/home/home.h"

#define TRASH ".trash" /* of which no home has the name */

int
trash_put(int homes, const char *name)
{
	char place[sizeof(TRASH) + HOME_NAME_SIZE + 24];

	if (mkdirat(homes, TRASH, 0700) == -1 && errno != EEXIST)
		return -1;
	snprintf(place, sizeof(place), TRASH "/%s.%lld", name,
	    (long long)time(NULL));
	return renameat(homes, name, homes, place);
}

/* What lies there: a home's name, and when it came. */
struct entry {
	char file[NAME_MAX + 1];
	char name[HOME_NAME_SIZE], account[NAME_SIZE], lab[NAME_SIZE];
	uint64_t came;
};

/* False for what we have not put there. */
static bool
read_entry(const char *file, struct entry *e)
{
	const char *dot = strrchr(file, '.');
	char *end;

	if (dot == NULL || (size_t)(dot - file) >= sizeof(e->name) ||
	    dot[1] < '0' || dot[1] > '9')
		return false;
	text_copy(e->file, sizeof(e->file), file);
	text_copy(e->name, (size_t)(dot - file) + 1, file);
	e->came = strtoull(dot + 1, &end, 10);
	return *end == '\0' && name_split_login(e->name, e->account, e->lab);
}

/* --- TRASH_EMPTY -------------------------------------------------------- */

void
trash_empty(struct builder *b, const struct msg_trash_empty *asked)
{
	/* Without one nothing was ever put there. */
	CLOSES_DIR DIR *d = dir_open(b->homes.dir, TRASH);
	const struct dirent *at;
	struct entry e;

	while ((at = dir_next(d)) != NULL) {
		if (!read_entry(at->d_name, &e) || e.came >= asked->before)
			continue;
		if (unlinkat(dirfd(d), e.file, 0) == 0)
			log_info(NULL, "home left the trash name=%s", e.file);
		else
			log_error(NULL, "cannot remove home %s: %s", e.file,
			    strerror(errno));
	}
}

/* --- HOME_RESTORE ------------------------------------------------------- */

/* What was mounted under its name meanwhile stays. */
static bool
take_out(int homes, int trash, const struct entry *e)
{
	if (renameat2(trash, e->file, homes, e->name, RENAME_NOREPLACE) == -1) {
		log_error(NULL, "cannot restore home %s: %s", e->file,
		    strerror(errno));
		return false;
	}
	log_info(NULL, "home restored name=%s", e->name);
	return true;
}

void
trash_restore(struct builder *b, const struct msg *asked)
{
	const struct msg_home_restore *ask = &asked->home_restore;
	CLOSES_DIR DIR *d = dir_open(b->homes.dir, TRASH);
	const struct dirent *at;
	uint32_t count = 0, left = 0;
	struct entry e;
	struct msg m;

	while ((at = dir_next(d)) != NULL) {
		if (!read_entry(at->d_name, &e) || e.came < ask->since ||
		    strcmp(e.account, ask->account) != 0)
			continue;
		if (take_out(b->homes.dir, dirfd(d), &e))
			count++;
		else
			left++;
	}
	MSG_NEW(&m, HOME_RESTORED, home_restored);
	m.serial = asked->serial;
	m.home_restored.count = count;
	if (left > 0)
		snprintf(m.home_restored.reason, TEXT_SIZE,
		    "the account is there again, but %u of its homes stay in"
		    " homes/.trash: the log says why",
		    left);
	tell_monitor(b, &m);
}
