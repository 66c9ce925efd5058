/* edit.c - a line that is typed at the foot of atoll top. */
#include "gateway/admin/top/edit.h"

#include <stdbool.h>

#define CTRL(letter) ((letter)&0x1f)
#define ESC	     0x1b
#define DEL	     0x7f

static bool
is_rest_of_character(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

void
edit_erase(struct edit *e)
{
	while (e->length > 0) {
		char last = e->text[--e->length];

		if (!is_rest_of_character(last))
			break;
	}
	e->text[e->length] = '\0';
}

enum edit_key
edit_key(struct edit *e, int key)
{
	switch (key) {
	case '\r':
	case '\n':
		return EDIT_DONE;
	case ESC:
	case CTRL('C'):
		return EDIT_GIVEN_UP;
	case CTRL('H'):
	case DEL:
		edit_erase(e);
		return EDIT_GOES_ON;
	case CTRL('U'):
		e->length = 0;
		break;
	default:
		if (key >= ' ' && key <= 0xff && e->length + 1 < EDIT_SIZE)
			e->text[e->length++] = (char)key;
	}
	e->text[e->length] = '\0';
	return EDIT_GOES_ON;
}
