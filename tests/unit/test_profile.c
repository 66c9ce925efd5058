/* test_profile.c - the AppArmor profile of sandboxes in the kernel's list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/builder/apparmor/profile.h"

static void
it_is_found_among_others(void **state)
{
	(void)state;
	assert_int_equal(profile_find_in("lsb_release (enforce)\n"
					 "atoll-sandbox (enforce)\n"
					 "nvidia_modprobe (enforce)\n"),
	    PROFILE_LOADED);
	assert_int_equal(profile_find_in("atoll-sandbox (kill)\n"),
	    PROFILE_LOADED);
}

static void
a_mode_that_refuses_nothing_is_told(void **state)
{
	(void)state;
	assert_int_equal(profile_find_in("atoll-sandbox (complain)\n"),
	    PROFILE_LAX);
	assert_int_equal(profile_find_in("x (enforce)\n"
					 "atoll-sandbox (unconfined)"),
	    PROFILE_LAX);
}

static void
others_are_not_taken_for_it(void **state)
{
	(void)state;
	assert_int_equal(profile_find_in(""), PROFILE_ABSENT);
	assert_int_equal(profile_find_in("atoll-builder (unconfined)\n"
					 "atoll-sandbox2 (enforce)\n"
					 "my atoll-sandbox (enforce)\n"
					 "atoll-sandbox//hat (enforce)\n"),
	    PROFILE_ABSENT);
}

static void
what_is_not_well_has_words_and_a_cure(void **state)
{
	(void)state;
	for (int s = 0; s < PROFILE_STATES; s++)
		assert_non_null(profile_says((enum profile_state)s));
	assert_null(profile_cure(PROFILE_LOADED));
	assert_non_null(profile_cure(PROFILE_ABSENT));
	assert_non_null(profile_cure(PROFILE_LAX));
	assert_non_null(profile_cure(PROFILE_UNSEEN));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_found_among_others),
		cmocka_unit_test(a_mode_that_refuses_nothing_is_told),
		cmocka_unit_test(others_are_not_taken_for_it),
		cmocka_unit_test(what_is_not_well_has_words_and_a_cure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
