/** What an application is told that cannot start, or in which something would do nothing. */
@NullMarked
package io.eventsource.autoconfigure.mistakes;

import org.jspecify.annotations.NullMarked;
