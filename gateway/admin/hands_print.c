/* hands_print.c - the hands that are up. */
#include "gateway/admin/hands_print.h"

#include <string.h>
#include <time.h>

#include "gateway/admin/account/csvtext.h"
#include "gateway/admin/json.h"
#include "gateway/admin/print.h"
#include "gateway/base/span.h"
#include "gateway/base/utf8.h"

#define SEAT_SIZE (2 * NAME_SIZE)

static void
seat_name(char to[SEAT_SIZE], const struct msg_hand_up *h)
{
	snprintf(to, SEAT_SIZE, "%s+%s", h->account, h->lab);
}

static void
show_text(FILE *out, const char *before, const char *text)
{
	char safe[4 * TEXT_SIZE];

	utf8_printable(safe, sizeof(safe), text);
	fprintf(out, "%s%s\n", before, safe);
}

/* Two or three lines each: the text and the terminal's line are as long as they
 * are. */
void
print_hands(FILE *out, const struct msg_hand_up *hands, size_t count)
{
	char seat[SEAT_SIZE], ago[SPAN_SIZE];
	int64_t now = (int64_t)time(NULL);

	for (size_t i = 0; i < count; i++) {
		const struct msg_hand_up *h = &hands[i];

		seat_name(seat, h);
		span_text(now - (int64_t)h->since, ago);
		fprintf(out, "%s  since %s\n", seat, ago);
		show_text(out, "  ", h->text);
		if (h->line[0] != '\0')
			show_text(out, "  > ", h->line);
	}
}

static void
json_hand(FILE *out, const struct msg_hand_up *h)
{
	char since[SHORT_TEXT_SIZE], seat[SEAT_SIZE];

	seat_name(seat, h);
	utc_time_text(since, h->since);
	json_member_text(out, "{", "seat", seat);
	json_member_text(out, ",", "account", h->account);
	json_member_text(out, ",", "lab", h->lab);
	json_member_text(out, ",", "since", since);
	json_member_text(out, ",", "text", h->text);
	json_member_text(out, ",", "line", h->line);
	fputc('}', out);
}

void
json_hands(FILE *out, const struct msg_hand_up *hands, size_t count)
{
	fputc('[', out);
	for (size_t i = 0; i < count; i++) {
		fputs(i == 0 ? "\n" : ",\n", out);
		json_hand(out, &hands[i]);
	}
	fputs(count == 0 ? "]\n" : "\n]\n", out);
}

void
csv_hands(FILE *out, const struct msg_hand_up *hands, size_t count)
{
	char since[SHORT_TEXT_SIZE];

	fputs("account,lab,since,text,line\r\n", out);
	for (size_t i = 0; i < count; i++) {
		const struct msg_hand_up *h = &hands[i];

		utc_time_text(since, h->since);
		csvtext(out, h->account);
		fputc(',', out);
		csvtext(out, h->lab);
		fprintf(out, ",%s,", since);
		csvtext(out, h->text);
		fputc(',', out);
		csvtext(out, h->line);
		fputs("\r\n", out);
	}
}
