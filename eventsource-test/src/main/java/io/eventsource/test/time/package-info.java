/** A clock that tests set. */
@NullMarked
package io.eventsource.test.time;

import org.jspecify.annotations.NullMarked;
