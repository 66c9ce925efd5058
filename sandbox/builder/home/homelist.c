/* homelist.c - which homes there are, and the end of one. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/dir.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/builder.h"
#include "sandbox/builder/home/home.h"
#include "sandbox/builder/home/trash.h"

static unsigned
users_of(const struct homes *all, const char *name)
{
	for (const struct home *h = all->first; h != NULL; h = h->next) {
		if (strcmp(h->name, name) == 0)
			return h->users == 0 ? 1 : h->users; /* being closed */
	}
	return 0;
}

struct walk {
	struct builder *b;
	const char *account, *lab; /* whose; NULL or "" for all of them */
	uint32_t count;
	uint32_t busy; /* that stay */
	bool to_trash;
	uint32_t serial; /* of the question */
	void (*visit)(struct walk *w, const char *name,
	    const char account[NAME_SIZE], const char lab[NAME_SIZE]);
};

static bool
is_asked_for(const struct walk *w, const char *account, const char *lab)
{
	return (w->account == NULL || strcmp(w->account, account) == 0) &&
	       (w->lab == NULL || w->lab[0] == '\0' ||
		   strcmp(w->lab, lab) == 0);
}

static void
walk(struct walk *w)
{
	int dir = w->b->homes.dir;
	CLOSES_DIR DIR *d = dir_open(dir, ".");
	const struct dirent *entry;

	if (d == NULL) {
		w->busy += dir != -1; /* nobody knows: none is gone */
		return;
	}
	while ((entry = dir_next(d)) != NULL) {
		char account[NAME_SIZE], lab[NAME_SIZE];

		if (name_split_login(entry->d_name, account, lab) &&
		    is_asked_for(w, account, lab))
			w->visit(w, entry->d_name, account, lab);
	}
}

/* --- HOMES_GET ---------------------------------------------------------- */

static void
tell_one(struct walk *w, const char *name, const char account[NAME_SIZE],
    const char lab[NAME_SIZE])
{
	struct builder *b = w->b;
	struct stat st;
	struct msg m;

	if (fstatat(b->homes.dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return;
	MSG_NEW(&m, HOME, home);
	m.serial = w->serial;
	text_copy(m.home.account, NAME_SIZE, account);
	text_copy(m.home.lab, NAME_SIZE, lab);
	m.home.used = (uint64_t)st.st_blocks * 512;
	m.home.size = (uint64_t)st.st_size;
	m.home.changed = (uint64_t)st.st_mtime;
	m.home.sandboxes = users_of(&b->homes, name);
	tell_monitor(b, &m);
}

void
homes_tell(struct builder *b, uint32_t serial)
{
	struct msg m;

	walk(&(struct walk){ .b = b, .serial = serial, .visit = tell_one });
	MSG_NEW(&m, HOMES_END, homes_end);
	m.serial = serial;
	tell_monitor(b, &m);
}

/* --- HOME_REMOVE -------------------------------------------------------- */

static void
count_busy(struct walk *w, const char *name, const char account[NAME_SIZE],
    const char lab[NAME_SIZE])
{
	(void)account;
	(void)lab;
	w->busy += users_of(&w->b->homes, name) > 0;
}

static void
remove_one(struct walk *w, const char *name, const char account[NAME_SIZE],
    const char lab[NAME_SIZE])
{
	(void)account;
	(void)lab;
	if ((w->to_trash ? trash_put(w->b->homes.dir, name)
			 : unlinkat(w->b->homes.dir, name, 0)) == -1) {
		log_error(NULL, "cannot remove home %s: %s", name,
		    strerror(errno));
		w->busy++; /* it stays */
		return;
	}
	log_info(NULL, "home removed name=%s", name);
	w->count++;
}

void
homes_remove(struct builder *b, const struct msg *asked)
{
	struct walk w = { .b = b,
		.account = asked->home_remove.account,
		.lab = asked->home_remove.lab,
		.to_trash = asked->home_remove.to_trash != 0,
		.visit = count_busy };
	const char *reason = "";
	struct msg m;

	walk(&w);
	if (w.busy > 0) {
		reason = "it is in use: end its sandboxes first, 'atoll ls'"
			 " shows them";
	} else {
		w.visit = remove_one;
		walk(&w);
		if (w.count == 0)
			reason = "there is no such home: 'atoll homes'"
				 " shows all";
	}
	MSG_NEW(&m, HOME_REMOVED, home_removed);
	m.serial = asked->serial;
	m.home_removed.count = w.count;
	m.home_removed.left = w.busy;
	text_copy(m.home_removed.reason, TEXT_SIZE, reason);
	tell_monitor(b, &m);
}
