/** Assertions on events, with messages that show what differs. */
@NullMarked
package io.eventsource.test.assertion;

import org.jspecify.annotations.NullMarked;
