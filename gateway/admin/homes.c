/* homes.c - the homes that are kept, for people and for scripts. */
#include "gateway/admin/homes.h"

#include <inttypes.h>
#include <string.h>

#include "gateway/admin/json.h"
#include "gateway/admin/print.h"

#define HOME_SIZE (2 * NAME_SIZE)

/* As home-remove takes it, so that a script may pass it on: the account, and
 * the lab where the home is of one lab only. */
static void
name_of(const struct msg_kept *h, char to[HOME_SIZE])
{
	snprintf(to, HOME_SIZE, "%s%s%s", h->account,
	    h->lab[0] == '\0' ? "" : "+", h->lab);
}

void
print_homes(FILE *out, const struct msg_kept *homes, size_t count)
{
	char name[HOME_SIZE], used[SHORT_TEXT_SIZE], size[SHORT_TEXT_SIZE];
	char when[SHORT_TEXT_SIZE], room[2 * SHORT_TEXT_SIZE];
	int width = (int)strlen("HOME");

	for (size_t i = 0; i < count; i++) {
		name_of(&homes[i], name);
		if ((int)strlen(name) > width)
			width = (int)strlen(name);
	}
	fprintf(out, "%-*s  %10s  %-19s  %s\n", width, "HOME", "DISK",
	    "WRITTEN", "SANDBOXES");
	for (size_t i = 0; i < count; i++) {
		const struct msg_kept *h = &homes[i];

		name_of(h, name);
		size_text(used, h->used);
		size_text(size, h->size);
		snprintf(room, sizeof(room), "%s/%s", used, size);
		local_time_text(when, h->changed);
		fprintf(out, "%-*s  %10s  %-19s  %" PRIu32 "\n", width, name,
		    room, when, h->sandboxes);
	}
}

static void
json_home(FILE *out, const struct msg_kept *h)
{
	char name[HOME_SIZE], when[SHORT_TEXT_SIZE];

	name_of(h, name);
	utc_time_text(when, h->changed);
	json_member_text(out, "{", "home", name);
	json_member_text(out, ",", "account", h->account);
	json_member_text(out, ",", "lab", h->lab);
	json_member_number(out, ",", "used", h->used);
	json_member_number(out, ",", "size", h->size);
	json_member_text(out, ",", "written", when);
	json_member_number(out, ",", "sandboxes", h->sandboxes);
	fputc('}', out);
}

void
json_homes(FILE *out, const struct msg_kept *homes, size_t count)
{
	fputc('[', out);
	for (size_t i = 0; i < count; i++) {
		fputs(i == 0 ? "\n" : ",\n", out);
		json_home(out, &homes[i]);
	}
	fputs(count == 0 ? "]\n" : "\n]\n", out);
}
