/** What tells the time, and what measures it. */
@NullMarked
package io.eventsource.time;

import org.jspecify.annotations.NullMarked;
