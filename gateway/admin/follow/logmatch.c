/* logmatch.c - which lines of a log are of an account, or of a seat. */
#include "gateway/admin/follow/logmatch.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define JSON_TIME    "{\"time\":\""
#define SESSION_SAYS "session says: "

/* --- objects ---------------------------------------------------------------- */

/* A quotation mark within a string has a backslash before it: what is found here
 * is a member. */
static bool
has_member(const char *line, const char *name, const char *value)
{
	char member[NAME_SIZE + 32];

	snprintf(member, sizeof(member), ",\"%s\":\"%s\",", name, value);
	return strstr(line, member) != NULL;
}

/* Times of one form are in the order of their bytes. */
static bool
is_recent(const char *line, int64_t since)
{
	time_t when = (time_t)since;
	char from[32];
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL ||
	    strftime(from, sizeof(from), JSON_TIME "%Y-%m-%dT%H:%M:%S", &tm) ==
		0)
		return false;
	return strncmp(line, from, strlen(from)) >= 0;
}

static enum logmatched
match_object(const struct logmatch *m, const char *line)
{
	bool is_tried = strstr(line, ",\"conn\":") != NULL &&
			strstr(line, ",\"account\":\"") == NULL;

	if (!has_member(line, is_tried ? "name" : "account", m->account) ||
	    (m->lab[0] != '\0' && !has_member(line, "lab", m->lab)))
		return LOGMATCH_NO;
	return m->since == 0 || is_recent(line, m->since) ? LOGMATCH_YES
							  : LOGMATCH_NO;
}

/* --- text ------------------------------------------------------------------- */

/* The word at *at, which is moved behind it, with what it has in quotes. */
static size_t
take_word(const char **at)
{
	const char *begin = *at;
	size_t length = strcspn(begin, " ");
	size_t key = strcspn(begin, " =");
	const char *quote = NULL;

	if (begin[key] == '=' && begin[key + 1] == '"')
		quote = strchr(begin + key + 2, '"');
	if (quote != NULL)
		length = (size_t)(quote + 1 - begin);
	*at = begin + length;
	*at += strspn(*at, " ");
	return length;
}

static bool
is_pair(const char *word, size_t length, const char *key, const char *value)
{
	size_t n = strlen(key);

	if (length < n || memcmp(word, key, n) != 0)
		return false;
	word += n;
	length -= n;
	if (length > 0 && word[length - 1] == ':')
		length--; /* "account=alice: errno" */
	return length == strlen(value) && memcmp(word, value, length) == 0;
}

static enum logmatched
match_text(const struct logmatch *m, const char *line)
{
	bool has_account = false, has_lab = m->lab[0] == '\0';
	bool saw_account = false, saw_lab = false, saw_conn = false;

	if (line[0] == '<' && strchr(line, '>') != NULL)
		line = strchr(line, '>') + 1;
	while (*line != '\0' &&
	       strncmp(line, SESSION_SAYS, strlen(SESSION_SAYS)) != 0) {
		const char *word = line;
		size_t length = take_word(&line);

		saw_conn |= strncmp(word, "conn=", 5) == 0;
		if (!saw_account && saw_conn &&
		    strncmp(word, "name=", 5) == 0) {
			saw_account = true; /* that was tried */
			has_account =
			    is_pair(word, length, "name=", m->account);
		} else if (!saw_account && strncmp(word, "account=", 8) == 0) {
			saw_account = true;
			has_account =
			    is_pair(word, length, "account=", m->account);
		} else if (!saw_lab && strncmp(word, "lab=", 4) == 0) {
			saw_lab = true;
			has_lab |= is_pair(word, length, "lab=", m->lab);
		}
	}
	if (!has_account || !has_lab)
		return LOGMATCH_NO;
	return m->since == 0 ? LOGMATCH_YES : LOGMATCH_NO_TIME;
}

enum logmatched
logmatch_line(const struct logmatch *m, const char *line)
{
	return line[0] == '{' ? match_object(m, line) : match_text(m, line);
}
